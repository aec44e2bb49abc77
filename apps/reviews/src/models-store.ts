import { type Connection, Schema, type SchemaDefinition } from 'mongoose'
import type { ReviewDocument } from './reviews/review-document.js'
import type { SummaryDocument } from './summaries/summary-rules.js'
import type { TitleDocument } from './titles/title-document.js'

export interface VoteDocument {
  reviewId: string
  userId: string
  at: Date
}
export interface OutboxDocument {
  _id: string
  type: string
  schemaVersion: number
  time: Date
  subject: string
  subjectVersion: number
  traceparent?: string
  body: string
  /** There until the broker has confirmed. */
  pending?: true
  claimedUntil?: Date
  claimedEpoch?: number
  publishedAt?: Date
}
export interface LeaseDocument {
  _id: string
  holder: string
  epoch: number
  until: Date
}
export interface AnswerDocument {
  _id: string
  requestHash: string
  status: number
  headers: Record<string, string>
  body: Buffer
  expiresAt: Date
}

/**
 * A field that no schema names is refused, in documents and in filters. What a document must be is said by the validators of the
 * migrations: these schemas only cast.
 */
const strict = <T>(definition: SchemaDefinition<T>, options: { _id?: false } = {}) =>
  new Schema<T>(definition, { strict: 'throw', strictQuery: 'throw', versionKey: false, ...options })

const words = { rating: Number, title: String, text: String, hasSpoilers: Boolean }
const edit = strict({ ...words, version: Number, editedAt: Date }, { _id: false })
const decision = strict(
  { status: String, reason: String, by: String, version: Number, at: Date },
  { _id: false },
)
const review = strict<ReviewDocument>({
  _id: String,
  contentId: String,
  userId: String,
  ...words,
  helpfulCount: Number,
  status: String,
  version: Number,
  createdAt: Date,
  updatedAt: Date,
  edits: [edit],
  moderation: [decision],
} as SchemaDefinition<ReviewDocument>)

const perRating = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String(n + 1), Number]))
const summary = strict<SummaryDocument>({
  _id: String,
  count: Number,
  sum: Number,
  distribution: strict(perRating, { _id: false }),
  version: Number,
} as SchemaDefinition<SummaryDocument>)

const vote = strict<VoteDocument>({ reviewId: String, userId: String, at: Date })
const title = strict<TitleDocument>({ _id: String, version: Number, status: String, slug: String, at: Date })
const outbox = strict<OutboxDocument>({
  _id: String,
  type: String,
  schemaVersion: Number,
  time: Date,
  subject: String,
  subjectVersion: Number,
  traceparent: String,
  body: String,
  pending: Boolean,
  claimedUntil: Date,
  claimedEpoch: Number,
  publishedAt: Date,
} as SchemaDefinition<OutboxDocument>)
const lease = strict<LeaseDocument>({ _id: String, holder: String, epoch: Number, until: Date })
const answer = strict<AnswerDocument>({
  _id: String,
  requestHash: String,
  status: Number,
  headers: Schema.Types.Mixed,
  body: Buffer,
  expiresAt: Date,
} as SchemaDefinition<AnswerDocument>)

/** The collections of this app. */
export const makeModels = (connection: Connection) => ({
  reviews: connection.model('Review', review, 'reviews'),
  summaries: connection.model('Summary', summary, 'review_summaries'),
  votes: connection.model('Vote', vote, 'helpful_votes'),
  titles: connection.model('Title', title, 'titles'),
  outbox: connection.model('Outbox', outbox, 'outbox'),
  leases: connection.model('Lease', lease, 'leases'),
  answers: connection.model('Answer', answer, 'idempotency_keys'),
})
export type Models = ReturnType<typeof makeModels>
