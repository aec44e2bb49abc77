-- Done or given up. ARGV = key, token. What is another's by now stays.
local root = KEYS[1]
for _, name in ipairs({ root .. ':' .. ARGV[1], root .. ':closed' }) do
  if redis.call('GET', name) == ARGV[2] then redis.call('DEL', name) end
end
return 1
