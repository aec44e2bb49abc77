-- Closes the board between two steps of the leader, and tells what changed since a rebuild read the sources: with it, they are those
-- of this very moment. ARGV = token, how many titles at most in one answer, milliseconds until the board opens by itself.
-- Returns { 'stepping' } within a step; { 'changed', { id, ... } } when there is too much: read those, and ask again; else
-- { 'frozen', ms, hour of the last snapshot or '', { titles the live board does not know yet }, { { id, views, ranked, title }, ... } }.
local root = KEYS[1]
if redis.call('GET', root .. ':rebuilding') ~= ARGV[1] then return redis.error_reply('REBUILD held by another') end
if redis.call('EXISTS', root .. ':stepping') == 1 then return { 'stepping' } end
local changed, owed, taken = root .. ':changed', root .. ':owed', root .. ':taken'
local ids = redis.call('SUNION', taken, changed)
if #ids > tonumber(ARGV[2]) then
  redis.call('SUNIONSTORE', owed, owed, changed)
  redis.call('DEL', changed, taken)
  return { 'changed', ids }
end
redis.call('SET', root .. ':closed', ARGV[1], 'PX', ARGV[3])
local clock = redis.call('TIME')
local sources = {}
for i, id in ipairs(ids) do
  sources[i] = { id, redis.call('HGETALL', root .. ':views:' .. id), redis.call('HGETALL', root .. ':ranked:' .. id),
    redis.call('HMGET', root .. ':title:' .. id, 'version', 'status', 'origin', 'genres', 'summary') }
end
return { 'frozen', clock[1] * 1000 + math.floor(clock[2] / 1000), redis.call('GET', root .. ':snapshot-hour') or '',
  redis.call('SUNION', changed, owed), sources }
