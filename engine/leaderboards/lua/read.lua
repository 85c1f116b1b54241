-- All that one look at a board needs, in one answer.
-- KEYS: marker, members, ranks and, where ranks are dense, scores.
-- ARGV: ranking ('ordinal', 'competition', 'dense'); my id or '-'; the first place asked for (0 is the first) and how many;
--   how many around me (0: none); then friends' ids.
-- Answers one text, its parts parted by spaces: 'updating', or 'complete', signature, moment, total; my place, rank and
-- score ('-' for none); then the places asked for and those around me, each as first place, rank of the first one, count,
-- and an entry and score for each; then for each friend who is there entry, score and rank.
local ranking, me = ARGV[1], ARGV[2]
local marker = redis.call('HMGET', KEYS[1], 'state', 'run', 'signature', 'as_of')
if marker[1] ~= 'complete' or marker[2] ~= run_id() then
  return 'updating'
end
local members, ranks = KEYS[2], KEYS[3]
local total = redis.call('ZCARD', ranks)
local told = {'complete', marker[3], marker[4] or '0', total}

local function tell(part)
  told[#told + 1] = part
end

local function rank_of(place, score)
  if ranking == 'ordinal' then
    return place + 1
  end
  return redis.call('ZCOUNT', ranking == 'dense' and KEYS[4] or ranks, '(' .. score, '+inf') + 1
end

-- The entry of a member, its place and score; nothing where they are not in this segment.
local function find(id)
  local kept = redis.call('HGET', members, id)
  local reached = kept and string.match(kept, ' (%x+)$')
  if not reached then
    return nil
  end
  local entry = reached .. id
  local place = redis.call('ZREVRANK', ranks, entry)
  if not place then
    return nil
  end
  return entry, place, redis.call('ZSCORE', ranks, entry)
end

local function page(start, count)
  local rows = count > 0 and redis.call('ZREVRANGE', ranks, start, start + count - 1, 'WITHSCORES') or {}
  tell(start)
  tell(#rows > 0 and rank_of(start, rows[2]) or 0)
  tell(#rows / 2)
  for place = 1, #rows do
    tell(rows[place])
  end
end

local mine
if me ~= '-' then
  local _, place, score = find(me)
  mine = place
  tell(place or '-')
  tell(place and rank_of(place, score) or '-')
  tell(score or '-')
else
  tell('-')
  tell('-')
  tell('-')
end
page(tonumber(ARGV[3]), tonumber(ARGV[4]))
local around = tonumber(ARGV[5])
if mine and around > 0 then
  page(math.max(0, math.min(mine - math.floor(around / 2), total - around)), around)
else
  page(0, 0)
end
for place = 6, #ARGV do
  local entry, at, score = find(ARGV[place])
  if entry then
    tell(entry)
    tell(score)
    tell(rank_of(at, score))
  end
end
return table.concat(told, ' ')
