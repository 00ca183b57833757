-- Opens a session: KEYS[1] is user:<uid>; ARGV: id, record, now ms, ttl ms, max
-- sessions, idle ms, auth time s, checked ms, valid after s, disabled, replaced id.
-- Returns 1, or 0 when the sign-in is older than what the user revoked.
local key, id, record = KEYS[1], ARGV[1], ARGV[2]
local now, ttl, max, idle = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local auth, replaced = tonumber(ARGV[7]), ARGV[11]

local all = redis.call('HGETALL', key)
local field = {}
for i = 1, #all, 2 do field[all[i]] = all[i + 1] end

local v, after, disabled = merge(field['v'], ARGV[8], ARGV[9], ARGV[10])
if disabled or auth < after then return 0 end

-- Drop what is over, replaced or unreadable; then the least recently seen over max.
local open, drop = {}, {}
for name, value in pairs(field) do
  local kind, sid = string.match(name, '^([st]):(.+)$')
  if kind == 's' then
    local created, expires, signed = string.match(value, '^1%.(%d+)%.(%d+)%.(%-?%d+)%.')
    local seen = tonumber(field['t:' .. sid] or created)
    if not created or not seen or sid == id or sid == replaced or tonumber(expires) <= now
      or seen + idle <= now or tonumber(signed) < after then
      drop[#drop + 1] = sid
    else
      open[#open + 1] = { sid, seen }
    end
  elseif kind == 't' and not field['s:' .. sid] then
    drop[#drop + 1] = sid
  end
end
table.sort(open, function(x, y)
  if x[2] ~= y[2] then return x[2] < y[2] end
  return x[1] < y[1]
end)
for i = 1, #open - max + 1 do drop[#drop + 1] = open[i][1] end
for _, sid in ipairs(drop) do redis.call('HDEL', key, 's:' .. sid, 't:' .. sid) end

redis.call('HSET', key, 's:' .. id, record, 't:' .. id, ARGV[3], 'v', v)
keep(key, ttl)
return 1
