-- The lists that were built beside take the place of the live ones, whatever those are. ARGV[2] = prepared at (ms), ARGV[3..] = names of
-- lists that may be there without being named in `lists`. Returns the generation of the derived keys.
local root = KEYS[1]
local function place(name)
  redis.call('UNLINK', root .. ':' .. name)
  if redis.call('EXISTS', root .. ':next:' .. name) == 1 then redis.call('RENAME', root .. ':next:' .. name, root .. ':' .. name) end
end
for i = 3, #ARGV do redis.call('UNLINK', root .. ':list:' .. ARGV[i]) end
local live = redis.pcall('SMEMBERS', root .. ':lists')
if not live.err then
  for _, name in ipairs(live) do redis.call('UNLINK', root .. ':list:' .. name) end
end
for _, period in ipairs({ 'daily', 'weekly', 'monthly' }) do place('items:' .. period) end
for _, name in ipairs(redis.call('SMEMBERS', root .. ':next:lists')) do place('list:' .. name) end
place('lists')

-- Counted on from the time: no reader's copy and no leader's memory has this version or generation, also where they were lost.
local function after(value)
  local number = type(value) == 'string' and tonumber(value) or 0
  return string.format('%.0f', math.max(number + 1, tonumber(ARGV[2])))
end
local version, generation = redis.pcall('HGET', root .. ':board', 'version'), redis.pcall('GET', root .. ':generation')
redis.call('DEL', root .. ':board', root .. ':generation')
redis.call('SET', root .. ':generation', after(generation))
redis.call('HSET', root .. ':board', 'version', after(version), 'preparedAt', ARGV[2], 'generation', after(generation))
redis.call('DEL', root .. ':closed', root .. ':taken')
return after(generation)
