-- These functions stand before every script.

-- fields returns the user's hash as a table. It removes a key of another type: otherwise the
-- user could never sign in.
local function fields(key)
  local all, field = redis.pcall('HGETALL', key), {}
  if all.err then
    if not string.find(all.err, 'WRONGTYPE', 1, true) then error(all.err) end
    redis.call('DEL', key)
    return field
  end
  for i = 1, #all, 2 do field[all[i]] = all[i + 1] end
  return field
end

-- remove deletes fields, 100 at a time: Lua's stack is small.
local function remove(key, names)
  for i = 1, #names, 100 do
    redis.call('HDEL', key, unpack(names, i, math.min(i + 99, #names)))
  end
end

-- merge returns the v that follows from the old v, <checked ms>:<valid after s>:<disabled>,
-- and a new answer of Firebase. The later look-up counts, unless the old one is a minute or
-- more ahead. valid-after never goes back. It also returns valid-after and disabled.
local function merge(old, checked, after, disabled)
  local c, a, d = string.match(old or '', '^(%-?%d+):(%-?%d+):(%d)$')
  if c then
    local ahead = tonumber(c) - tonumber(checked)
    if ahead > 0 and ahead < 60000 then checked, disabled = c, d end
    if tonumber(a) > tonumber(after) then after = a end
  end
  return checked .. ':' .. after .. ':' .. disabled, tonumber(after), disabled ~= '0'
end

-- keep lets the key live for at least ttl ms more. It never shortens its life.
local function keep(key, ttl)
  redis.call('PEXPIRE', key, string.format('%d', math.max(redis.call('PTTL', key), ttl)))
end

