-- What was written is the board now. ARGV[2] = prepared at (ms), ARGV[3] = how much was written: without anything the version stays.
-- ARGV[4] = the generation of derived keys that it is: `rebuild` waits for the next one.
redis.call('HSET', KEYS[1] .. ':board', 'preparedAt', ARGV[2], 'generation', ARGV[4])
if tonumber(ARGV[3]) > 0 then redis.call('HINCRBY', KEYS[1] .. ':board', 'version', 1) end
return 1
