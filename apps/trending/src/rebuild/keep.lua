-- Still at work. ARGV = key, token, milliseconds. Returns 0 when it counted as dead meanwhile.
if redis.call('GET', KEYS[1] .. ':' .. ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1] .. ':' .. ARGV[1], ARGV[3])
