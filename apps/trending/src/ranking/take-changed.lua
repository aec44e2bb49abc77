-- What changed since the last call, and the time of it all. ARGV[2] = how many ids at most.
-- Returns { ms, generation of the derived keys, id, id, ... }.
local clock = redis.call('TIME')
local answer = { clock[1] * 1000 + math.floor(clock[2] / 1000), redis.call('GET', KEYS[1] .. ':generation') or '0' }
for _, id in ipairs(redis.call('SPOP', KEYS[1] .. ':changed', ARGV[2])) do answer[#answer + 1] = id end
return answer
