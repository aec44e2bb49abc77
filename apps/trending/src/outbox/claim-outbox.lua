-- Entries not yet confirmed, oldest first: those delivered to any consumer before, then new ones. min-idle is 0 since whoever
-- holds the lease is the only one to publish. ARGV[2] = consumer, ARGV[3] = limit.
local stream, limit = KEYS[1] .. ':outbox', tonumber(ARGV[3])
local entries = {}
for _, entry in ipairs(redis.call('XAUTOCLAIM', stream, 'relay', ARGV[2], 0, '0-0', 'COUNT', limit)[2]) do
  if entry then entries[#entries + 1] = entry end
end
if #entries < limit then
  local fresh = redis.call('XREADGROUP', 'GROUP', 'relay', ARGV[2], 'COUNT', limit - #entries, 'STREAMS', stream, '>')
  if fresh then
    for _, entry in ipairs(fresh[1][2]) do entries[#entries + 1] = entry end
  end
end
return entries
