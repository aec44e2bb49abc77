-- Ends a step: what was written is the board now. ARGV[2] = prepared at (ms), ARGV[3] = how much was written: without anything the
-- version stays. ARGV[4] = the generation of derived keys that it is. A board that was dropped begins at a version that none had before.
local board = KEYS[1] .. ':board'
redis.call('DEL', KEYS[1] .. ':stepping')
redis.call('HSET', board, 'preparedAt', ARGV[2], 'generation', ARGV[4])
redis.call('HSETNX', board, 'version', ARGV[2])
if tonumber(ARGV[3]) > 0 then redis.call('HINCRBY', board, 'version', 1) end
return 1
