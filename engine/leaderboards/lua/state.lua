-- KEYS: markers. Answers, for each, its token, state, signature and shape; four empty texts where it has to be made anew.
local run, found = run_id(), {}
for _, key in ipairs(KEYS) do
  local kept = redis.call('HMGET', key, 'token', 'run', 'state', 'signature', 'shape')
  local known = kept[1] and kept[2] == run
  found[#found + 1] = known and kept[1] or ''
  found[#found + 1] = known and kept[3] or ''
  found[#found + 1] = known and kept[4] or ''
  found[#found + 1] = kept[5] or ''
end
return found
