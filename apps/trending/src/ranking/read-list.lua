-- One list as finished bytes. KEYS[1] = root; ARGV = list, period, the version the caller has.
-- Returns {} before anything was prepared, { version, preparedAt } when the caller's copy is right, else { version, preparedAt, ids, item, ... }.
local root = KEYS[1]
local board = redis.call('HMGET', root .. ':board', 'version', 'preparedAt')
if not board[2] then return {} end
if board[1] == ARGV[3] then return { board[1], board[2] } end
local ids = redis.call('GET', root .. ':list:' .. ARGV[1])
if not ids then return { board[1] or '0', board[2], '' } end
local wanted = {}
for id in string.gmatch(ids, '([^:,]+):[^,]*') do wanted[#wanted + 1] = id end
local answer = { board[1] or '0', board[2], ids }
for _, item in ipairs(redis.call('HMGET', root .. ':items:' .. ARGV[2], unpack(wanted))) do answer[#answer + 1] = item end
return answer
