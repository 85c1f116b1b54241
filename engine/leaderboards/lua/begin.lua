-- Begins to make a period anew: what was there goes, and only writers that know the new token write from now on.
-- KEYS: index, marker, then all keys of the period as it was and as it will be.
-- ARGV: name in the index, token, signature, shape, the shape that was seen, seconds after which another builder is
-- thought to be gone. Answers 'begun', 'busy' or, where the shape that was seen is not the one that is kept, 'changed'.
local now = tonumber(redis.call('TIME')[1])
local kept = redis.call('HMGET', KEYS[2], 'state', 'run', 'touched', 'shape')
if (kept[4] or '') ~= ARGV[5] then
  return 'changed'
end
if kept[1] == 'building' and kept[2] == run_id() and now - tonumber(kept[3]) < tonumber(ARGV[6]) then
  return 'busy'
end
for place = 2, #KEYS do
  redis.call('UNLINK', KEYS[place])
end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], 'token', ARGV[2], 'signature', ARGV[3], 'shape', ARGV[4], 'run', run_id(),
  'state', 'building', 'touched', now)
return 'begun'
