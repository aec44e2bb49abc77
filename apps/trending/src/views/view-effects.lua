-- Prepended to every script that counts views, so that a seeded view has the very effects of a live one.
-- view: { contentId, ms, eventId, viewer, seen, ranked, tail (rest of the event's JSON), traceparent, keepDays }
-- Returns the title's total and the views of that UTC day.
local HOUR, DAY = 3600000, 86400000

-- A UUID's 16 bytes. Made here: a binary argument would make the driver send every command in pieces.
local function bytesOf(uuid)
  return (string.gsub(string.gsub(uuid, '-', ''), '%x%x', function(hex) return string.char(tonumber(hex, 16)) end))
end

local function remember(key, viewer, deadline)
  if redis.call('PFADD', key, viewer) == 1 and redis.call('PTTL', key) < 0 then
    redis.call('PEXPIREAT', key, deadline)
  end
end

local function countView(root, view, nowMs)
  local id, hour, day = view.contentId, math.floor(view.ms / HOUR), math.floor(view.ms / DAY)
  local total = redis.call('HINCRBY', root .. ':totals', id, 1)
  local today = redis.call('HINCRBY', root .. ':days:' .. id, day, 1)
  redis.call('HINCRBY', root .. ':views:' .. id, hour, 1)
  local ids = root .. ':ids:' .. hour
  if redis.call('APPEND', ids, bytesOf(view.eventId)) == 16 then
    redis.call('PEXPIREAT', ids, (hour + view.keepDays * 24) * HOUR)
  end
  if view.ranked then redis.call('HINCRBY', root .. ':ranked:' .. id, hour, 1) end
  if view.seen then
    remember(root .. ':viewers-day:' .. id .. ':' .. day, view.viewer, (day + 32) * DAY)
    -- Only the daily window counts by the hour, and only its last 24 are ever asked for.
    if (hour + 25) * HOUR > nowMs then
      remember(root .. ':viewers-hour:' .. id .. ':' .. hour, view.viewer, (hour + 25) * HOUR)
    end
  end
  redis.call('SADD', root .. ':changed', id)
  redis.call('SADD', root .. ':untold', id)
  redis.call('XADD', root .. ':outbox', '*', 'type', 'content.viewed', 'id', view.eventId, 'subject', id,
    'version', total, 'ms', view.ms, 'body', '{"contentId":"' .. id .. '",' .. view.tail, 'trace', view.traceparent)
  return total, today
end
