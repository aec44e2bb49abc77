-- Begins a step: what changed since the last one, and the time of it all. ARGV[2] = how many ids at most.
-- Returns { ms, generation of the derived keys, id, id, ... }, or { ms } while a rebuild has closed the board.
local root = KEYS[1]
local clock = redis.call('TIME')
local ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
if redis.call('EXISTS', root .. ':closed') == 1 then return { ms } end
-- A rebuild waits for the end of the step; for this long at most, since the leader may be gone.
redis.call('SET', root .. ':stepping', ARGV[1], 'PX', 5000)
-- What a rebuild has read, and no leader yet.
if redis.call('EXISTS', root .. ':owed') == 1 then
  redis.call('SUNIONSTORE', root .. ':changed', root .. ':changed', root .. ':owed')
  redis.call('DEL', root .. ':owed')
end
local answer = { ms, redis.call('GET', root .. ':generation') or '0' }
local rebuilding = redis.call('EXISTS', root .. ':rebuilding') == 1
for _, id in ipairs(redis.call('SPOP', root .. ':changed', ARGV[2])) do
  answer[#answer + 1] = id
  if rebuilding then redis.call('SADD', root .. ':taken', id) end
end
return answer
