-- Forgets consumers of earlier leaders that have nothing pending any more. ARGV[2] = the consumer to keep.
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1] .. ':outbox', 'relay')) do
  local consumer = {}
  for i = 1, #info, 2 do consumer[info[i]] = info[i + 1] end
  if consumer.name ~= ARGV[2] and consumer.pending == 0 then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1] .. ':outbox', 'relay', consumer.name)
  end
end
return 1
