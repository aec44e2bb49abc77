-- A batch of views of the past, once: a batch that was counted before is left alone, for ever.
-- ARGV = seed name, batch number, days to keep ids, then (contentId, ms, eventId, viewer, ranked, tail) each. Returns how many were counted.
local root = KEYS[1]
if redis.call('SADD', root .. ':seeded:' .. ARGV[1], ARGV[2]) == 0 then return 0 end
local clock = redis.call('TIME')
local nowMs = clock[1] * 1000 + math.floor(clock[2] / 1000)
local counted = 0
for i = 4, #ARGV, 6 do
  countView(root, {
    contentId = ARGV[i], ms = tonumber(ARGV[i + 1]), eventId = ARGV[i + 2], viewer = ARGV[i + 3],
    seen = true, ranked = ARGV[i + 4] == '1', tail = ARGV[i + 5], traceparent = '', keepDays = tonumber(ARGV[3]),
  }, nowMs)
  counted = counted + 1
end
return counted
