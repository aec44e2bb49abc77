-- Puts and removes items and lists. ARGV[2] = '' for the live keys, `next:` for those of a rebuild; ARGV[3] = n, then n times (period,
-- id, version of the title, item); then m, m times (list, ids). An empty item or list is removed.
local root, at = KEYS[1], 3
local prefix = root .. ':' .. ARGV[2]
local function take()
  at = at + 1
  return ARGV[at - 1]
end
for _ = 1, tonumber(take()) do
  local period, id, version, item = take(), take(), take(), take()
  local key = prefix .. 'items:' .. period
  if item == '' then
    redis.call('HDEL', key, id)
  else
    -- The title may have been taken down since it was read: what is not the version we saw is not listed.
    local title = redis.call('HMGET', root .. ':title:' .. id, 'version', 'status')
    if title[1] == version and title[2] == 'published' then redis.call('HSET', key, id, item) end
  end
end
for _ = 1, tonumber(take()) do
  local name, ids = take(), take()
  if ids == '' then
    redis.call('DEL', prefix .. 'list:' .. name)
    redis.call('SREM', prefix .. 'lists', name)
  else
    redis.call('SET', prefix .. 'list:' .. name, ids)
    redis.call('SADD', prefix .. 'lists', name)
  end
end
return 1
