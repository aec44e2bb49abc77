-- Publishes prepared lists in one step. ARGV[2] = '1' to drop what was there, ARGV[3] = prepared at (ms),
-- ARGV[4] = n, then n times (period, id, version of the title, item), ARGV[..] = m, then m times (list, ids). Empty item or list: remove.
local root, at = KEYS[1], 4
local function take()
  at = at + 1
  return ARGV[at - 1]
end
if ARGV[2] == '1' then
  for _, name in ipairs(redis.call('SMEMBERS', root .. ':lists')) do redis.call('DEL', root .. ':list:' .. name) end
  redis.call('DEL', root .. ':lists', root .. ':items:daily', root .. ':items:weekly', root .. ':items:monthly')
end
local items = tonumber(take())
for _ = 1, items do
  local period, id, version, item = take(), take(), take(), take()
  local key = root .. ':items:' .. period
  if item == '' then
    redis.call('HDEL', key, id)
  else
    -- The title may have been taken down since it was read: what is not the version we saw is not listed.
    local title = redis.call('HMGET', root .. ':title:' .. id, 'version', 'status')
    if title[1] == version and title[2] == 'published' then redis.call('HSET', key, id, item) end
  end
end
local lists = tonumber(take())
for _ = 1, lists do
  local name, ids = take(), take()
  if ids == '' then
    redis.call('DEL', root .. ':list:' .. name)
    redis.call('SREM', root .. ':lists', name)
  else
    redis.call('SET', root .. ':list:' .. name, ids)
    redis.call('SADD', root .. ':lists', name)
  end
end
redis.call('HSET', root .. ':board', 'preparedAt', ARGV[3])
if items + lists > 0 or ARGV[2] == '1' then redis.call('HINCRBY', root .. ':board', 'version', 1) end
return 1
