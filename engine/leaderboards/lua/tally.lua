-- For the audit: how many of a page of the different scores of a segment are counted wrongly.
-- KEYS: ranks, scores, holders. ARGV: cursor; about how many. Answers the next cursor and the count.
local page = redis.call('HSCAN', KEYS[3], ARGV[1], 'COUNT', ARGV[2])
local wrong = 0
for place = 1, #page[2], 2 do
  local score, holders = page[2][place], tonumber(page[2][place + 1])
  if redis.call('ZCOUNT', KEYS[1], score, score) ~= holders or redis.call('ZSCORE', KEYS[2], score) ~= score then
    wrong = wrong + 1
  end
end
if ARGV[1] == '0' and redis.call('ZCARD', KEYS[2]) ~= redis.call('HLEN', KEYS[3]) then
  wrong = wrong + 1
end
return {page[1], wrong}
