-- For the audit: a page of what was written of members, each compared with every segment at once.
-- KEYS: members, then each segment's ranks. ARGV: cursor; about how many.
-- Answers the next cursor, then for each member a line: id, fence, segments, reached and score ('-' for who left), or
-- id, fence and 'torn' where the hash and the sorted sets disagree.
local page = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
local told = {page[1]}
for place = 1, #page[2], 2 do
  local id, fence, mask, reached = page[2][place], string.match(page[2][place + 1], '^(%d+) (%d+) (%x*)$')
  local score, torn = '-', false
  for segment = 0, #KEYS - 2 do
    local found = mask ~= '0' and redis.call('ZSCORE', KEYS[segment + 2], reached .. id)
    local expected = bit.band(tonumber(mask), bit.lshift(1, segment)) ~= 0
    if (found and true or false) ~= expected or (found and score ~= '-' and score ~= found) then
      torn = true
    end
    score = found or score
  end
  local parts = torn and {id, fence, 'torn'} or {id, fence, mask, reached ~= '' and reached or '-', score}
  told[#told + 1] = table.concat(parts, ' ')
end
return table.concat(told, '\n')
