import { Counter, Gauge, type Registry } from 'prom-client'

/** Several relays or consumers of a process share a registry and so a metric. */
function shared<M>(registry: Registry, name: string, make: () => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? make()
}

const gauge = <L extends string>(registry: Registry, name: string, help: string, labelNames: L[]) =>
  shared(registry, name, () => new Gauge<L>({ name, help, labelNames, registers: [registry] }))
const counter = <L extends string>(registry: Registry, name: string, help: string, labelNames: L[]) =>
  shared(registry, name, () => new Counter<L>({ name, help, labelNames, registers: [registry] }))

export const relayMetrics = (registry: Registry) => ({
  depth: gauge(registry, 'marquee_outbox_depth', 'Facts not yet confirmed by the broker', ['relay']),
  age: gauge(registry, 'marquee_outbox_age_seconds', 'Age of the oldest unconfirmed fact', ['relay']),
  published: counter(registry, 'marquee_outbox_published_total', 'Facts confirmed by the broker', ['relay']),
  failures: counter(registry, 'marquee_outbox_send_failures_total', 'Sends that failed', ['relay']),
})

export const consumerMetrics = (registry: Registry) => ({
  lag: gauge(registry, 'marquee_consumer_lag', 'Messages not yet done by the group', ['group', 'topic']),
  handled: counter(registry, 'marquee_consumer_events_total', 'Events handled', ['group']),
  dead: counter(registry, 'marquee_dead_letters_total', 'Messages put aside', ['group', 'topic']),
  duplicates: counter(registry, 'marquee_consumer_duplicates_total', 'Events that had no effect again', [
    'group',
  ]),
  rebuilds: counter(registry, 'marquee_consumer_rebuilds_total', 'Consumers that were rebuilt', ['group']),
})

export const topicMetrics = (registry: Registry) => ({
  differs: gauge(registry, 'marquee_topic_differs', 'Settings of the topic that are not as the table says', [
    'topic',
  ]),
})
