-- Prepended to every write of the lists: KEYS[1] = root, ARGV[1] = token. The leader's may, but for a rebuild that has closed the board.
if (redis.call('GET', KEYS[1] .. ':closed') or redis.call('GET', KEYS[1] .. ':lease')) ~= ARGV[1] then
  return redis.error_reply('LEASE held by another')
end
