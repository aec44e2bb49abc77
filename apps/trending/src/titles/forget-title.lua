-- Forgets a title that the catalogue does not have, if it is still of the version that was seen. KEYS[1] = root; ARGV = id, version.
local root, id = KEYS[1], ARGV[1]
local known = redis.call('HMGET', root .. ':title:' .. id, 'version', 'slug')
if known[1] ~= ARGV[2] then return 0 end
if known[2] and redis.call('HGET', root .. ':slugs', known[2]) == id then redis.call('HDEL', root .. ':slugs', known[2]) end
redis.call('DEL', root .. ':title:' .. id)
if redis.call('HEXISTS', root .. ':totals', id) == 1 then redis.call('SADD', root .. ':changed', id) end
return 1
