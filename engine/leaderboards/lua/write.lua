-- Writes absolute scores. An entry is replaced only by what was read at the same time or later: its fence says when.
-- KEYS: marker, members, then of each segment its ranks and, where ranks are dense, its scores and holders.
-- ARGV: token; fence; '1' for dense ranks; the moment of reading in milliseconds;
--   entries as 'id score reached segments ', segments being bits;
--   ids that are on no segment any more, with a space after each;
--   ids that are taken off if they are there, with a space after each.
-- Answers 'done', or 'refused' where the period is another by now.
local token, fence, dense, as_of = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4]
if not is_current(KEYS[1], token) then
  return 'refused'
end
local members = KEYS[2]
local stride = dense and 3 or 1
local segments = (#KEYS - 2) / stride
local written_at = tonumber(fence)

local function take_off(first, entry)
  if dense then
    local score = redis.call('ZSCORE', KEYS[first], entry)
    if score and redis.call('HINCRBY', KEYS[first + 2], score, -1) <= 0 then
      redis.call('HDEL', KEYS[first + 2], score)
      redis.call('ZREM', KEYS[first + 1], score)
    end
  end
  redis.call('ZREM', KEYS[first], entry)
end

local function put_on(first, entry, score)
  if dense and redis.call('HINCRBY', KEYS[first + 2], score, 1) == 1 then
    redis.call('ZADD', KEYS[first + 1], score, score)
  end
  redis.call('ZADD', KEYS[first], score, entry)
end

-- What is known of a member: whether it may be replaced, the entry, and the segments that it is on.
local function known(id)
  local kept = redis.call('HGET', members, id)
  if not kept then
    return true, nil, 0
  end
  local at, on, reached = string.match(kept, '^(%d+) (%d+) (%x*)$')
  return tonumber(at) <= written_at, reached .. id, tonumber(on)
end

local function write(id, score, reached, mask)
  local replaceable, old, before = known(id)
  if not replaceable then
    return
  end
  local entry, after = reached .. id, tonumber(mask)
  for place = 0, segments - 1 do
    local first, bit_of = 3 + place * stride, bit.lshift(1, place)
    local was, is = bit.band(before, bit_of) ~= 0, bit.band(after, bit_of) ~= 0
    if was and (dense or not is or old ~= entry) then
      take_off(first, old)
    end
    if is then
      put_on(first, entry, score)
    end
  end
  redis.call('HSET', members, id, fence .. ' ' .. mask .. ' ' .. reached)
end

for id, score, reached, mask in string.gmatch(ARGV[5], '(%x+) (%d+) (%x+) (%d+) ') do
  write(id, score, reached, mask)
end
for id in string.gmatch(ARGV[6], '%x+') do
  write(id, '0', '', '0')
end
for id in string.gmatch(ARGV[7], '%x+') do
  if redis.call('HEXISTS', members, id) == 1 then
    write(id, '0', '', '0')
  end
end
local kept = redis.call('HGET', KEYS[1], 'as_of')
if not kept or tonumber(kept) < tonumber(as_of) then
  redis.call('HSET', KEYS[1], 'as_of', as_of)
end
redis.call('HSET', KEYS[1], 'touched', redis.call('TIME')[1])
return 'done'
