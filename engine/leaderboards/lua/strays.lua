-- For the audit: how many of a page of a segment's entries nothing was written of, as they stand.
-- KEYS: members, ranks. ARGV: cursor; about how many; the segment's bit. Answers the next cursor and the count.
local page = redis.call('ZSCAN', KEYS[2], ARGV[1], 'COUNT', ARGV[2])
local strays = 0
for place = 1, #page[2], 2 do
  local reached, id = string.match(page[2][place], '^(' .. string.rep('%x', 12) .. ')(%x+)$')
  local written = id and redis.call('HGET', KEYS[1], id)
  local mask, kept = string.match(written or '', '^%d+ (%d+) (%x+)$')
  if kept ~= reached or not kept or bit.band(tonumber(mask), tonumber(ARGV[3])) == 0 then
    strays = strays + 1
  end
end
return {page[1], strays}
