-- KEYS: marker. ARGV: token, the moment in milliseconds of which it is right. From now on the period is shown.
if not is_current(KEYS[1], ARGV[1]) then
  return 'refused'
end
redis.call('HSET', KEYS[1], 'state', 'complete')
local as_of = redis.call('HGET', KEYS[1], 'as_of')
if not as_of or tonumber(as_of) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'as_of', ARGV[2])
end
return 'done'
