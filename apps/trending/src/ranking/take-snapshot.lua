-- Once per hour: the lists as they stand become what `previousRank` is compared with. ARGV[2] = hour. Returns 1 when taken.
local root = KEYS[1]
if redis.call('GET', root .. ':snapshot-hour') == ARGV[2] then return 0 end
for _, name in ipairs(redis.call('SMEMBERS', root .. ':snapshots')) do redis.call('DEL', root .. ':snapshot:' .. name) end
redis.call('DEL', root .. ':snapshots')
for _, name in ipairs(redis.call('SMEMBERS', root .. ':lists')) do
  redis.call('SET', root .. ':snapshot:' .. name, redis.call('GET', root .. ':list:' .. name) or '')
  redis.call('SADD', root .. ':snapshots', name)
end
redis.call('SET', root .. ':snapshot-hour', ARGV[2])
return 1
