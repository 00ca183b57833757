-- Opens a session. KEYS[1] is the user's key. ARGV: id, record, now ms, ttl ms, max sessions,
-- idle ms, auth time s, checked ms, valid after s, disabled, id of the session to replace,
-- 1 if that session must still be open, most sign-ins a minute.
-- Returns "opened", or why it did not: "stale", "not vouched", "too many", "too late".
local key, id, record = KEYS[1], ARGV[1], ARGV[2]
local now, ttl, max, idle = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local auth, replaced, vouched = tonumber(ARGV[7]), ARGV[11], ARGV[12] ~= '1'

local field = fields(key)
local v, after, disabled = merge(field['v'], ARGV[8], ARGV[9], ARGV[10])
if disabled or auth < after then return 'stale' end

-- o holds the sign-ins of the last minute, each as <now ms>:<id>. This script may arrive twice
-- or late, when its session may already have been closed. Then o has its own id, or a sign-in
-- that is more than 10 s newer. A time more than an hour ahead comes from a wrong clock.
local recent = { ARGV[3] .. ':' .. id }
for ms, sid in string.gmatch(field['o'] or '', '(%d+):(%S+)') do
  local ago = now - tonumber(ms)
  if sid == id or (ago < -10000 and ago > -3600000) then return 'too late' end
  if math.abs(ago) < 60000 then recent[#recent + 1] = ms .. ':' .. sid end
end
if #recent > tonumber(ARGV[13]) then return 'too many' end

-- Drop the sessions that have ended, are replaced or are unreadable. Then drop the least
-- recently used ones, so that at most max stay with the new one.
local open, drop = {}, {}
for name, value in pairs(field) do
  local kind, sid = string.match(name, '^([st]):(.+)$')
  if kind == 's' then
    local created, expires, signed = string.match(value, '^1%.(%d+)%.(%d+)%.(%-?%d+)%.')
    local seen = tonumber(field['t:' .. sid] or created)
    local alive = created and seen and tonumber(expires) > now and seen + idle > now and tonumber(signed) >= after
    if alive and sid == replaced then vouched = true end
    if alive and sid ~= replaced then
      open[#open + 1] = { sid, seen }
    else
      drop[#drop + 1] = name
      drop[#drop + 1] = 't:' .. sid
    end
  elseif kind == 't' and not field['s:' .. sid] then
    drop[#drop + 1] = name
  end
end
if not vouched then return 'not vouched' end
table.sort(open, function(x, y)
  if x[2] ~= y[2] then return x[2] < y[2] end
  return x[1] < y[1]
end)
for i = 1, #open - max + 1 do
  drop[#drop + 1] = 's:' .. open[i][1]
  drop[#drop + 1] = 't:' .. open[i][1]
end
remove(key, drop)

redis.call('HSET', key, 's:' .. id, record, 't:' .. id, ARGV[3], 'v', v, 'o', table.concat(recent, ' '))
keep(key, ttl)
return 'opened'
