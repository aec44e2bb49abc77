import { z } from '../z.js'

/**
 * What an app's own store says of events and of what they are about: the answer of `trace <id...> --json` of its command line. Each id
 * is tried as an event's and as a subject's. Times are RFC 3339, UTC.
 */
export const AppTrace = z.object({
  /** Facts of its outbox, newest first: those with one of the ids, and at most 20 about each subject. */
  outbox: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      subject: z.string(),
      subjectVersion: z.number(),
      time: z.string(),
      /** claimed: somebody is sending it now. */
      state: z.enum(['pending', 'claimed', 'published']),
      claimedUntil: z.string().nullable(),
      publishedAt: z.string().nullable(),
    }),
  ),
  /** Events of which it keeps that it has counted them. */
  inbox: z.array(z.object({ eventId: z.string(), consumer: z.string(), receivedAt: z.string().nullable() })),
  /** What facts have made of a subject here. */
  effects: z.array(
    z.object({
      /** The table, collection or key. */
      what: z.string(),
      /** Of which topic's facts. */
      topic: z.string(),
      subject: z.string(),
      /** The newest `subjectVersion` that it has, 0 for none. Null where the inbox tells instead. */
      version: z.number().nullable(),
      /** Figures and states for people to read. */
      state: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
})
export type AppTrace = z.infer<typeof AppTrace>
