-- Takes or extends the lease. KEYS[1] = root; ARGV = holder (unique per process), milliseconds.
-- Returns the token "<holder>#<epoch>", or nil while another holds it. A write that says its token is refused once it is not the current one.
local key = KEYS[1] .. ':lease'
local token = redis.call('GET', key)
if token then
  if string.sub(token, 1, #ARGV[1] + 1) ~= ARGV[1] .. '#' then return nil end
  redis.call('PEXPIRE', key, ARGV[2])
  return token
end
token = ARGV[1] .. '#' .. redis.call('INCR', KEYS[1] .. ':epoch')
redis.call('SET', key, token, 'PX', ARGV[2])
return token
