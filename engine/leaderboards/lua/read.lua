-- All that looks at boards need, in one answer; several looks at boards of one program are answered together.
-- KEYS: of each board looked at, the marker, members, ranks and, where ranks are dense, scores.
-- ARGV: one text, a line for each look, its parts parted by spaces: where in KEYS its board begins; the ranking
--   ('ordinal', 'competition', 'dense'); my id or '-'; the first place asked for (0 is the first) and how many; how many
--   around me (0: none); then friends' ids.
-- Answers a line for each look: 'updating', or 'complete', signature, moment, total; my place, rank and score ('-' for
-- none); then the places asked for and those around me, each as first place, rank of the first one, count, and an entry
-- and score for each; then for each friend who is there entry, score and rank.
local run = run_id()
local headers = {}

-- What is told of a period that is complete.
local function shown(marker)
  if headers[marker] == nil then
    local kept = redis.call('HMGET', marker, 'state', 'run', 'signature', 'as_of')
    local complete = kept[1] == 'complete' and kept[2] == run
    headers[marker] = complete and table.concat({'complete', kept[3], kept[4] or '0'}, ' ')
  end
  return headers[marker]
end

local function answer(ranking, me, first, count, around, friends, marker, members, ranks, scores)
  local header = shown(marker)
  if not header then
    return 'updating'
  end
  local total = redis.call('ZCARD', ranks)
  local told = {header, total}

  local function tell(part)
    told[#told + 1] = part
  end

  local function rank_of(place, score)
    if ranking == 'ordinal' then
      return place + 1
    end
    return redis.call('ZCOUNT', scores or ranks, '(' .. score, '+inf') + 1
  end

  -- The entry of a member, its place and score; nothing where they are not in this segment.
  local function find(id)
    local written = redis.call('HGET', members, id)
    local reached = written and string.match(written, ' (%x+)$')
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

  local function page(start, size)
    local rows = size > 0 and redis.call('ZREVRANGE', ranks, start, start + size - 1, 'WITHSCORES') or {}
    tell(start)
    tell(#rows > 0 and rank_of(start, rows[2]) or 0)
    tell(#rows / 2)
    if #rows > 0 then
      tell(table.concat(rows, ' '))
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
    tell('- - -')
  end
  page(first, count)
  if mine and around > 0 then
    page(math.max(0, math.min(mine - math.floor(around / 2), total - around)), around)
  else
    tell('0 0 0')
  end
  for _, id in ipairs(friends) do
    local entry, place, score = find(id)
    if entry then
      tell(entry)
      tell(score)
      tell(rank_of(place, score))
    end
  end
  return table.concat(told, ' ')
end

local answers = {}
for line in string.gmatch(ARGV[1], '[^\n]+') do
  local parts = {}
  for part in string.gmatch(line, '%S+') do
    parts[#parts + 1] = part
  end
  local friends, key = {}, tonumber(parts[1])
  for place = 7, #parts do
    friends[#friends + 1] = parts[place]
  end
  answers[#answers + 1] = answer(parts[2], parts[3], tonumber(parts[4]), tonumber(parts[5]), tonumber(parts[6]), friends,
    KEYS[key], KEYS[key + 1], KEYS[key + 2], parts[2] == 'dense' and KEYS[key + 3])
end
return table.concat(answers, '\n')
