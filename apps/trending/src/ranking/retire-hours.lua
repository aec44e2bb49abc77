-- Hour buckets older than ARGV[2] leave their sum in `retired`, so that total = retired + buckets stays true. ARGV[3..] = titles.
local root, oldest = KEYS[1], tonumber(ARGV[2])
local function prune(key, first)
  local sum, cells = 0, redis.call('HGETALL', key)
  for i = 1, #cells, 2 do
    if tonumber(cells[i]) < first then
      sum = sum + cells[i + 1]
      redis.call('HDEL', key, cells[i])
    end
  end
  return sum
end
for i = 3, #ARGV do
  local sum = prune(root .. ':views:' .. ARGV[i], oldest)
  if sum > 0 then redis.call('HINCRBY', root .. ':retired', ARGV[i], sum) end
  prune(root .. ':ranked:' .. ARGV[i], oldest)
  prune(root .. ':days:' .. ARGV[i], math.floor(oldest / 24))
end
return 1
