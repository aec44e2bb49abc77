-- One rebuild of a kind at a time. ARGV = its key, token, milliseconds until it counts as dead. Returns 1, or 0 while another is at work.
local root, name = KEYS[1], KEYS[1] .. ':' .. ARGV[1]
if not redis.call('SET', name, ARGV[2], 'NX', 'PX', ARGV[3]) then return 0 end
if ARGV[1] == 'rebuilding' then redis.call('DEL', root .. ':taken') end
return 1
