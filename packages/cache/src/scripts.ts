/*
 * Per id two keys: a hash of variants, and a guard token that every invalidation renews. A fill carries the token that was there
 * before its load: if it is another one now (or none, after a flush), what was loaded may be older than the last invalidation.
 */

/** KEYS entry, guard. ARGV field, new token, guard's life. Answers the variant or nil, and the token to fill with. */
export const open = `
local value = redis.call('HGET', KEYS[1], ARGV[1])
if value then return { value, '' } end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return { false, ARGV[2] } end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return { false, redis.call('GET', KEYS[2]) }`

/** KEYS entry, guard. ARGV field, token, value, life of the entry. A further variant does not lengthen the life of the first. */
export const fill = `
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1`

/** KEYS entry, guard, entry, guard, ... ARGV new token, guard's life. */
export const invalidate = `
for i = 1, #KEYS, 2 do
  redis.call('DEL', KEYS[i])
  redis.call('SET', KEYS[i + 1], ARGV[1], 'PX', ARGV[2])
end
return #KEYS / 2`
