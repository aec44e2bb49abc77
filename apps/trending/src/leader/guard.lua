-- Prepended to every write that only the leader may do: KEYS[1] = root, ARGV[1] = the token of its lease.
if redis.call('GET', KEYS[1] .. ':lease') ~= ARGV[1] then return redis.error_reply('LEASE held by another') end
