-- Absolute figures of titles, with the next version of each, into the outbox. ARGV[2..] = (id, event id, popularity) each.
-- A title that is no longer claimed was emitted by an earlier try of this very command.
local root = KEYS[1]
local clock = redis.call('TIME')
local ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
local told = 0
for i = 2, #ARGV, 3 do
  local id = ARGV[i]
  if redis.call('SREM', root .. ':telling', id) == 1 then
    local total = redis.call('HGET', root .. ':totals', id) or '0'
    redis.call('XADD', root .. ':outbox', '*', 'type', 'content.stats', 'id', ARGV[i + 1], 'subject', id,
      'version', redis.call('HINCRBY', root .. ':told', id, 1), 'ms', ms,
      'body', '{"id":"' .. id .. '","totalViews":' .. total .. ',"popularity":' .. ARGV[i + 2] .. '}', 'trace', '')
    told = told + 1
  end
end
return told
