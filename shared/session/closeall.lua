-- Closes every session of a user: KEYS[1] is user:<uid>; ARGV: valid after s, ttl ms.
-- v stays, so that no sign-in from before can open another. Returns how many closed.
local key, closed = KEYS[1], 0
for _, name in ipairs(redis.call('HKEYS', key)) do
  local kind = string.match(name, '^([st]):')
  if kind then redis.call('HDEL', key, name) end
  if kind == 's' then closed = closed + 1 end
end
local old = redis.call('HGET', key, 'v') or '0:0:0'
local checked, disabled = string.match(old, '^(%-?%d+):.*:(%d)$')
redis.call('HSET', key, 'v', (merge(old, checked or '0', ARGV[1], disabled or '0')))
keep(key, tonumber(ARGV[2]))
return closed
