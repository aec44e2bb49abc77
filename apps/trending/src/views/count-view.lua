-- One live view in one step. KEYS[1] = root of all keys.
-- Returns { verdict, contentId, total, dayViews }; verdict: unknown | reused | repeated | counted.
local root = KEYS[1]
local ref, refIsId, dedupe, dedupeMs, bodyHash, eventId = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local viewer, address, tail, traceparent = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local viewerMs, perAddress, keepDays = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])

local id = ref
if refIsId == '0' then id = redis.call('HGET', root .. ':slugs', ref) end
if not id or redis.call('HGET', root .. ':title:' .. id, 'status') ~= 'published' then return { 'unknown' } end

-- The key keeps what was asked and which attempt counted: a client's retry finds another attempt ("repeated"), while a command
-- that the driver sent again after a lost connection finds itself, and was counted.
local key = root .. ':key:' .. dedupe
local asked = string.sub(redis.sha1hex(bodyHash .. id), 1, 16)
local kept = redis.call('GET', key)
local clock = redis.call('TIME')
local nowMs = clock[1] * 1000 + math.floor(clock[2] / 1000)
if kept then
  if string.sub(kept, 1, 16) ~= asked then return { 'reused' } end
  return { string.sub(kept, 17) == bytesOf(eventId) and 'counted' or 'repeated', id,
    tonumber(redis.call('HGET', root .. ':totals', id) or 0),
    tonumber(redis.call('HGET', root .. ':days:' .. id, math.floor(nowMs / 86400000)) or 0) }
end
redis.call('SET', key, asked .. bytesOf(eventId), 'PX', dedupeMs)

local seen, ranked = true, false
local viewerKey = root .. ':seen:' .. id .. ':' .. viewer
if redis.call('EXISTS', viewerKey) == 0 then
  local crowd = root .. ':crowd:' .. id .. ':' .. address
  redis.call('ZREMRANGEBYSCORE', crowd, '-inf', nowMs - viewerMs)
  if redis.call('ZCARD', crowd) < perAddress then
    ranked = true
    redis.call('ZADD', crowd, nowMs, viewer)
    redis.call('PEXPIRE', crowd, viewerMs)
    redis.call('SET', viewerKey, 1, 'PX', viewerMs)
  else
    seen = false
  end
end

local total, today = countView(root, {
  contentId = id, ms = nowMs, eventId = eventId, viewer = viewer, seen = seen, ranked = ranked,
  tail = tail, traceparent = traceparent, keepDays = keepDays,
}, nowMs)
return { 'counted', id, total, today }
