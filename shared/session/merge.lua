-- Stands before every script that writes v, <checked ms>:<valid after s>:<disabled>.

-- merge returns what stands of the old v and a new answer of Firebase's: the later
-- look-up counts, unless it claims to be a minute ahead, and valid-after only rises.
local function merge(old, checked, after, disabled)
  local c, a, d = string.match(old or '', '^(%-?%d+):(%-?%d+):(%d)$')
  if c then
    local ahead = tonumber(c) - tonumber(checked)
    if ahead > 0 and ahead < 60000 then checked, disabled = c, d end
    if tonumber(a) > tonumber(after) then after = a end
  end
  return checked .. ':' .. after .. ':' .. disabled, tonumber(after), disabled ~= '0'
end

-- keep gives the key at least ttl ms more, and never less than it has.
local function keep(key, ttl)
  redis.call('PEXPIRE', key, string.format('%d', math.max(redis.call('PTTL', key), ttl)))
end

