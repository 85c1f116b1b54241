-- KEYS: index, marker, then all keys of a period. ARGV: name in the index, the shape that was seen.
if (redis.call('HGET', KEYS[2], 'shape') or '') ~= ARGV[2] then
  return 'changed'
end
for place = 2, #KEYS do
  redis.call('UNLINK', KEYS[place])
end
redis.call('SREM', KEYS[1], ARGV[1])
return 'done'
