-- What every script begins with. A period of a board is what its marker says only on the very server process that wrote
-- it: one that came back with older data, or took over without the last writes, has another run_id.
local function run_id()
  local told = redis.pcall('INFO', 'server')
  return type(told) == 'string' and string.match(told, 'run_id:(%w+)') or 'unknown'
end

-- Whether a period is being written under this token, complete or not yet.
local function is_current(marker, token)
  local kept = redis.call('HMGET', marker, 'token', 'run')
  return kept[1] == token and kept[2] == run_id()
end
