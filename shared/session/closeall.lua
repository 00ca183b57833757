-- Closes every session of a user: KEYS[1] is user:<uid>; ARGV: valid after s, ttl ms.
-- v stays, so that no sign-in from before can open another. Returns how many closed.
local key, closed = KEYS[1], 0
for _, name in ipairs(redis.call('HKEYS', key)) do
  local kind = string.match(name, '^([st]):')
  if kind then redis.call('HDEL', key, name) end
  if kind == 's' then closed = closed + 1 end
end
local c, a, d = string.match(redis.call('HGET', key, 'v') or '', '^(%-?%d+):(%-?%d+):(%d)$')
local after = ARGV[1]
if a and tonumber(a) > tonumber(after) then after = a end
redis.call('HSET', key, 'v', (c or '0') .. ':' .. after .. ':' .. (d or '0'))
local ttl = tonumber(ARGV[2])
if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
return closed
