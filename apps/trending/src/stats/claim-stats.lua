-- Titles whose figures the catalogue shall hear next. What was claimed and not emitted (a leader that died) comes first.
-- ARGV[2], ARGV[3] = how many changed, how many merely faded titles at most. Returns { ms, id, id, ... }.
local root = KEYS[1]
if redis.call('SCARD', root .. ':telling') == 0 then
  for _, id in ipairs(redis.call('SPOP', root .. ':untold', ARGV[2])) do redis.call('SADD', root .. ':telling', id) end
  for _, id in ipairs(redis.call('SPOP', root .. ':fading', ARGV[3])) do redis.call('SADD', root .. ':telling', id) end
end
local clock = redis.call('TIME')
local answer = { clock[1] * 1000 + math.floor(clock[2] / 1000) }
for _, id in ipairs(redis.call('SMEMBERS', root .. ':telling')) do answer[#answer + 1] = id end
return answer
