-- Keeps what a title looks like, if this version is newer than the one kept; a deletion leaves its version as a tombstone.
-- KEYS[1] = root; ARGV = id, version, status, the version that is replaced though it is not older ('' for none), slug, origin, genres (ids,
-- comma separated), summary (JSON); deleted: id, version, 'archived', ''.
-- Returns 1 when applied, 0 when it was old.
local root, id, version, status = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local key = root .. ':title:' .. id
local known = redis.call('HMGET', key, 'version', 'slug')
if known[1] and (tonumber(known[1]) or 0) >= version and known[1] ~= ARGV[4] then return 0 end

local slug = ARGV[5]
if known[2] and known[2] ~= slug and redis.call('HGET', root .. ':slugs', known[2]) == id then
  redis.call('HDEL', root .. ':slugs', known[2])
end
if slug then
  redis.call('HSET', key, 'version', version, 'status', status, 'slug', slug, 'origin', ARGV[6], 'genres', ARGV[7], 'summary', ARGV[8])
  redis.call('HSET', root .. ':slugs', slug, id)
else
  redis.call('DEL', key)
  redis.call('HSET', key, 'version', version, 'status', status)
end

-- A reader drops an item that is not there, so a taken-down title is gone even while nobody leads.
if status ~= 'published' then
  for _, period in ipairs({ 'daily', 'weekly', 'monthly' }) do
    redis.call('HDEL', root .. ':next:items:' .. period, id)
    if redis.call('HDEL', root .. ':items:' .. period, id) == 1 and redis.call('HEXISTS', root .. ':board', 'version') == 1 then
      redis.call('HINCRBY', root .. ':board', 'version', 1)
    end
  end
end
if redis.call('HEXISTS', root .. ':totals', id) == 1 then redis.call('SADD', root .. ':changed', id) end
return 1
