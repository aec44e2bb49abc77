/**
 * `MARQUEE_KAFKA_REPLICATION`: copies of each partition, 1 where it is left out (one broker).
 * @throws Error when it is no number of brokers
 */
export function readReplication(env: NodeJS.ProcessEnv = process.env): number {
  const { MARQUEE_KAFKA_REPLICATION: text } = env
  if (!text) return 1
  if (!/^[1-9]$/.test(text)) throw new Error(`MARQUEE_KAFKA_REPLICATION must be 1 to 9, not "${text}"`)
  return Number(text)
}
