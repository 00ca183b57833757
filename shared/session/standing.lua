-- Keeps what Firebase says of a user: KEYS[1] is user:<uid>; ARGV: checked ms, valid
-- after s, disabled. The later look-up counts and valid-after only rises. A user
-- without a key gets none. Returns the value that stands.
local checked, after, disabled = ARGV[1], ARGV[2], ARGV[3]
local c, a, d = string.match(redis.call('HGET', KEYS[1], 'v') or '', '^(%-?%d+):(%-?%d+):(%d)$')
if c then
  if tonumber(c) > tonumber(checked) then checked, disabled = c, d end
  if tonumber(a) > tonumber(after) then after = a end
end
local v = checked .. ':' .. after .. ':' .. disabled
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'v', v) end
return v
