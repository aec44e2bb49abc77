import type { Armed, FailPointName } from '@marquee/faults'
import type { Link } from '@marquee/test-kit'
import type { Run } from '../platform.js'
import type { Write } from './load/write.js'

/**
 * One way in which something breaks. The runner starts the platform (two instances of every app) and a steady load, calls `run`, waits
 * until all is well again (30 s at most), and lets the checker look into every store. A case only breaks things, proves that they
 * broke, and asserts what is true of this fault alone.
 */
export interface FaultCase {
  /** As in the fault table: F01. A leader that freezes has no number there: L01. */
  id: string
  /** What breaks, in a few words, for the report. */
  fault: string
  /** Apps of which one instance is away while most of their requests come: those need not be spread evenly. */
  away?: readonly string[]
  /** It feeds poison, so dead letters are no difference. */
  poison?: true
  /**
   * Breaks things and mends them. Resolves when nothing is broken on purpose any more; recovery is measured from the moment it tells.
   * @throws AssertionError when a promise of this very fault is broken
   */
  run(scene: Scene): Promise<Bite>
}

/** What shows that the fault was felt: the case fails as "no effect" when there is nothing. */
export interface Bite {
  /** In words: "catalog#2 was killed 20 times", "63 requests failed". */
  proof: string[]
  /** Milliseconds from each break (or mend, where something stayed away on purpose) until the thing worked again. */
  recoveriesMs: number[]
}

/** The platform under test and what may be done to it. Names of processes are those of run.json: `catalog`, `catalog#2`, `kafka`. */
export interface Scene {
  /** Seeded: the same seed breaks the same things. */
  random(): number
  /** True in the short form of the suite: one round where the long one has many, seconds where it has a minute. */
  short: boolean
  run(): Run
  dataDir: string
  /** Every write so far, oldest first. */
  log: readonly Write[]
  /** Writes of a kind, or all, that began after `since` and were acknowledged. */
  acknowledged(since: number, kind?: Write['kind']): number
  /** SIGKILL; resolves when the process is gone. The supervisor starts it again. */
  kill(...names: string[]): Promise<void>
  /** SIGKILL, and the supervisor is kept from starting them again until `back` is called. */
  killAndHold(...names: string[]): Promise<{ back(): Promise<void> }>
  /** SIGSTOP of the process and all below it, until `thaw`. */
  freeze(...names: string[]): { thaw(): void }
  /** SIGTERM: an ordered stop, after which the supervisor starts it again. */
  terminate(name: string): Promise<void>
  /** Resolves when these processes run (again) and answer; milliseconds it took. */
  ready(...names: string[]): Promise<number>
  /** Resolves when every kind of write passes again; milliseconds it took. */
  flowing(): Promise<number>
  /** The instance that holds a lease now, by the `marquee_lease_leading` metric: `leaderOf('catalog.relay')`. */
  leaderOf(lease: string): Promise<string>
  /** A metric of an instance, all its label sets summed up unless `labels` choose; 0 when it is not there. */
  metric(instance: string, name: string, labels?: Record<string, string>): Promise<number>
  /** Arms a fail point; `fired` resolves when it went off. */
  arm(point: FailPointName, armed: Armed): { fired(): Promise<void>; disarm(): void }
  /**
   * Ends everything, the supervisor too, by SIGKILL or in order, and starts it again on the same data and ports. `env` is added to
   * its environment until the next start. Milliseconds from that start until all was ready.
   */
  startAnew(how: 'kill' | 'stop', env?: Record<string, string>): Promise<number>
  /** These may exit (again) without it being a difference. What `kill`, `terminate` and fail points end is known anyway. */
  excuse(...names: string[]): void
  /** Sets the clock of an app, or of one instance, ahead (back where negative) until `right` is called. One at a time. */
  setClock(name: string, aheadMs: number): { right(): void }
  /** The way to a process: every client but this test goes through it. */
  link(process: string): Link
  /** `npm run ops -- <args>`. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of commands are read by path
  ops(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string; json: any }>
}
