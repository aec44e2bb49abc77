/** @import { MigrationBuilder } from 'node-pg-migrate' */

// `published_at`: when the copy here last became published, by the clock that dates what viewers say; null where that was before this
// was kept.
const copies = [
  `ALTER TABLE content_titles ADD COLUMN airing_status text, ADD COLUMN age_rating text, ADD COLUMN available_regions text[]`,
  'ALTER TABLE content_episodes ADD COLUMN published_at timestamptz(3)',
]

/*
 * What a list of titles asks first, one slim row per title: `version` counts the changes of the title and its episodes; the newest time
 * at which a regular episode aired or was published, and when the next one airs. All as of the last change or airing.
 */
const news = `CREATE TABLE content_news (
  content_id uuid PRIMARY KEY,
  version bigint NOT NULL,
  aired_at timestamptz(3),
  published_at timestamptz(3),
  next_air_at timestamptz(3)
)`
const fillNews = `INSERT INTO content_news (content_id, version, aired_at, next_air_at)
  SELECT t.id, 1, max(e.air_date) FILTER (WHERE e.air_date <= now()), min(e.air_date) FILTER (WHERE e.air_date > now())
  FROM content_titles AS t LEFT JOIN content_episodes AS e
    ON e.content_id = t.id AND e.status = 'published' AND e.season_number > 0
  GROUP BY t.id`

const ratings = `CREATE TABLE content_ratings (
  content_id uuid PRIMARY KEY,
  average double precision,
  version bigint NOT NULL
)`
const fillRatings = `INSERT INTO content_ratings (content_id, average, version)
  SELECT DISTINCT ON (content_id) content_id, average_rating, rating_version FROM content_analytics
  WHERE rating_version > 0 ORDER BY content_id, rating_version DESC`

/*
 * `started_at`: its first report. `heard_at`: when the viewer last did something with the title, whatever time it was dated. `revision` counts what may change its
 * place in his list. `memo_*`: the place that was found (null: none) at that version of the title, for those rights and that policy;
 * whatever counts `revision` up clears it.
 */
const userTitles = `ALTER TABLE user_titles
  ADD COLUMN started_at timestamptz(3),
  ADD COLUMN heard_at timestamptz(3) NOT NULL DEFAULT now(),
  ADD COLUMN revision bigint NOT NULL DEFAULT 0,
  ADD COLUMN memo_version bigint,
  ADD COLUMN memo_for text,
  ADD COLUMN memo_at timestamptz(3)`

const fillStarted = `UPDATE user_titles AS t SET started_at = r.first, heard_at = r.last
  FROM (SELECT user_id, content_id, min(effective_at) AS first, max(received_at) AS last FROM progress_reports GROUP BY 1, 2) AS r
  WHERE r.user_id = t.user_id AND r.content_id = t.content_id`

const rewatches = `CREATE TABLE title_rewatches (
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  begun_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, content_id, begun_at)
) PARTITION BY HASH (user_id)`

const dismissals = `CREATE TABLE title_dismissals (
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  dismissed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, content_id)
) PARTITION BY HASH (user_id)`

const favorites = `CREATE TABLE favorites (
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, content_id)
) PARTITION BY HASH (user_id)`

const statuses = ['not_started', 'planned', 'watching', 'on_hold', 'dropped', 'completed', 'rewatching']
const watchStatus = `CREATE TABLE user_watch_status (
  user_id uuid NOT NULL,
  content_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN (${statuses.map((status) => `'${status}'`).join(', ')})),
  score integer CHECK (score BETWEEN 1 AND 10),
  notes text,
  set_at timestamptz(3) NOT NULL,
  started_at timestamptz(3),
  completed_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, content_id)
) PARTITION BY HASH (user_id)`

const settings = `CREATE TABLE user_settings (
  user_id uuid NOT NULL,
  continue_policy text NOT NULL DEFAULT 'last_played'
    CHECK (continue_policy IN ('last_played', 'furthest', 'first_unseen')),
  auto_next boolean NOT NULL DEFAULT true,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id)
) PARTITION BY HASH (user_id)`

const buckets = 4
const byUser = ['title_rewatches', 'title_dismissals', 'favorites', 'user_watch_status', 'user_settings']

export const up = (/** @type {MigrationBuilder} */ pgm) => {
  for (const statement of [...copies, news, fillNews, ratings, fillRatings, userTitles, fillStarted])
    pgm.sql(statement)
  for (const table of [rewatches, dismissals, favorites, watchStatus, settings]) pgm.sql(table)
  for (const table of byUser)
    for (let bucket = 0; bucket < buckets; bucket++)
      pgm.sql(
        `CREATE TABLE ${table}_${bucket} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${buckets}, REMAINDER ${bucket})`,
      )
  pgm.sql('CREATE INDEX content_news_next_idx ON content_news (next_air_at) WHERE next_air_at IS NOT NULL')
  pgm.sql('CREATE INDEX content_episodes_content_idx ON content_episodes (content_id)')
  pgm.sql('CREATE INDEX favorites_newest_idx ON favorites (user_id, created_at DESC, content_id DESC)')
}

export const down = (/** @type {MigrationBuilder} */ pgm) => {
  for (const table of [...byUser.toReversed(), 'content_ratings', 'content_news'])
    pgm.sql(`DROP TABLE ${table}`)
  pgm.sql('DROP INDEX content_episodes_content_idx')
  pgm.sql(
    'ALTER TABLE user_titles DROP COLUMN started_at, DROP COLUMN heard_at, DROP COLUMN revision, DROP COLUMN memo_version, DROP COLUMN memo_for, DROP COLUMN memo_at',
  )
  pgm.sql('ALTER TABLE content_episodes DROP COLUMN published_at')
  pgm.sql(
    'ALTER TABLE content_titles DROP COLUMN airing_status, DROP COLUMN age_rating, DROP COLUMN available_regions',
  )
}
