-- Closes the sessions of a user. KEYS[1] is the user's key. ARGV: id of the session that
-- stays, or '' for none; valid after s; ttl ms. v and o stay. When no session stays, v
-- refuses sign-ins that are older than valid after. Returns how many it closed, or -1 when
-- the session that stays is not there.
local key, stays = KEYS[1], ARGV[1]
local field, drop, closed = fields(key), {}, 0
if stays ~= '' and not field['s:' .. stays] then return -1 end
for name in pairs(field) do
  local kind, sid = string.match(name, '^([st]):(.*)$')
  if kind and sid ~= stays then drop[#drop + 1] = name end
  if kind == 's' and sid ~= stays then closed = closed + 1 end
end
remove(key, drop)
if stays == '' then
  local old = field['v'] or '0:0:0'
  local checked, disabled = string.match(old, '^(%-?%d+):.*:(%d)$')
  redis.call('HSET', key, 'v', (merge(old, checked or '0', ARGV[2], disabled or '0')))
  keep(key, tonumber(ARGV[3]))
end
return closed
