-- The broker has confirmed these entries. ARGV[2..] = entry ids.
local stream = KEYS[1] .. ':outbox'
for i = 2, #ARGV do
  redis.call('XACK', stream, 'relay', ARGV[i])
  redis.call('XDEL', stream, ARGV[i])
end
return #ARGV - 1
