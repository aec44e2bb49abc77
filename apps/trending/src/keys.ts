/**
 * The keys of the counters. All share one hash tag, so that one script may touch any of them. `H` is the hour and `D` the day since
 * 1970 in UTC by Redis' own clock.
 *
 * | key | type | holds | kept |
 * |---|---|---|---|
 * | title:ID | hash | version, status, slug, origin, genres, summary | for ever (tombstones too) |
 * | slugs | hash | slug -> ID | |
 * | totals, retired | hash | ID -> views; views of hours no longer kept | for ever |
 * | views:ID, ranked:ID | hash | H -> views; H -> views that count for the ranking | 35 days |
 * | days:ID | hash | D -> views | 35 days |
 * | ids:H | string | 16 bytes per counted view id | 35 days, as the topic |
 * | key:HASH | string | what an Idempotency-Key asked, and the view id | 24 h; ids made here 5 min |
 * | seen:ID:VIEWER, crowd:ID:ADDRESS | string, zset | who counted for the ranking lately | 30 min |
 * | viewers-day:ID:D, viewers-hour:ID:H | HyperLogLog | unique viewers | 32 days, 25 h |
 * | changed; untold, fading, telling | set | titles to rank again; to tell the catalogue about | until done |
 * | told | hash | ID -> subjectVersion of content.stats | for ever |
 * | outbox | stream | events not yet confirmed by the broker (group `relay`) | until confirmed |
 * | lease, epoch | string | who leads | 3 s, for ever |
 * | seeded:NAME | set | batches of a seed that were counted | for ever |
 * | viewer-key | string | key of the viewer hashes | for ever |
 * | board, items:PERIOD, list:NAME, lists, generation | | derived: dropped and rebuilt at will | |
 * | next:items:PERIOD, next:list:NAME, next:lists | | the same, while a rebuild makes them beside | until swapped |
 * | rebuilding, rebuilding-titles, closed | string | which rebuild is at work, and that it alone may write the board | 6 s, 2 s |
 * | stepping | string | the leader is within a step of preparing | 5 s |
 * | taken, owed | set | changed titles that a leader has read and a rebuild must, and the other way round | until read |
 * | snapshot:NAME, snapshots, snapshot-hour | | the lists of the last hourly snapshot | until the next |
 *
 * Bytes per view on Redis 6.2, of a new viewer at a new address with an Idempotency-Key (`views/bytes-per-view.test.ts`): 147 of `key` for
 * 24 h, 333 of `seen` and `crowd` for 30 min, 266 in `outbox` until the broker confirmed, 20 in `ids` for 35 days, about 16 of sketches and
 * buckets, which do not grow with views but with titles and hours. A view of a known viewer without a key: 147 for 5 min, 266 and 20.
 */
export const defaultRoot = '{t}'
