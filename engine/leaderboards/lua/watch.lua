-- A number that rises whenever a rank of a member is another than it was when it was last asked for.
-- KEYS: where it is kept, then of each board its marker, members, ranks and, where ranks are dense, scores.
-- ARGV: how long it is kept, in milliseconds; the member's id; the boards' rankings.
local told, next_key, run = {}, 2, run_id()
for place = 3, #ARGV do
  local ranking, marker, members, ranks = ARGV[place], KEYS[next_key], KEYS[next_key + 1], KEYS[next_key + 2]
  local state = redis.call('HMGET', marker, 'state', 'run')
  local rank = '?'
  if state[1] == 'complete' and state[2] == run then
    local kept = redis.call('HGET', members, ARGV[2])
    local reached = kept and string.match(kept, ' (%x+)$')
    rank = reached and redis.call('ZREVRANK', ranks, reached .. ARGV[2]) or '-'
    if rank ~= '-' and ranking ~= 'ordinal' then
      local score = redis.call('ZSCORE', ranks, reached .. ARGV[2])
      rank = redis.call('ZCOUNT', ranking == 'dense' and KEYS[next_key + 3] or ranks, '(' .. score, '+inf')
    end
  end
  told[#told + 1] = rank
  next_key = next_key + (ranking == 'dense' and 4 or 3)
end
local digest = table.concat(told, ' ')
local kept = redis.call('HMGET', KEYS[1], 'digest', 'number')
if kept[1] == digest then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  return kept[2]
end
-- Numbers of a server that lost everything rise, too: they start from its clock, in microseconds.
local time = redis.call('TIME')
local number = tonumber(time[1]) * 1000000 + tonumber(time[2])
if kept[2] and tonumber(kept[2]) >= number then
  number = tonumber(kept[2]) + 1
end
local text = string.format('%.0f', number)
redis.call('HSET', KEYS[1], 'digest', digest, 'number', text)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return text
