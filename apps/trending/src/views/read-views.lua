-- What is counted of one title. KEYS[1] = root; ARGV = title, the list to look for it in. Returns { total, dayViews, rank or 0 }.
local root, id = KEYS[1], ARGV[1]
local day = math.floor(redis.call('TIME')[1] / 86400)
local total = redis.call('HGET', root .. ':totals', id) or 0
local today = redis.call('HGET', root .. ':days:' .. id, day) or 0

-- A list is `id:previousRank,...` in rank order: the place is one more than the commas before it.
local list = redis.call('GET', root .. ':list:' .. ARGV[2]) or ''
local at = string.find(',' .. list, ',' .. id .. ':', 1, true)
if not at then return { tonumber(total), tonumber(today), 0 } end
local _, before = string.gsub(string.sub(list, 1, at - 1), ',', '')
return { tonumber(total), tonumber(today), before + 1 }
