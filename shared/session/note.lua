-- Writes that a session was used, and what Firebase says of the user. KEYS[1] is the user's
-- key. ARGV: id; now ms, or '' when the use is not written; checked ms, or '' when Firebase
-- was not asked; valid after s; disabled. Returns v as it is then. Returns 0, and writes
-- nothing, when the session has been closed.
local key, id = KEYS[1], ARGV[1]
local found = redis.call('HMGET', key, 's:' .. id, 'v', 't:' .. id)
if not found[1] then return 0 end
local v, set = found[2] or '', {}
-- The script may arrive late. Then a later use stays.
if ARGV[2] ~= '' and tonumber(ARGV[2]) > (tonumber(found[3] or 0) or 0) then set = { 't:' .. id, ARGV[2] } end
if ARGV[3] ~= '' then
  v = merge(v, ARGV[3], ARGV[4], ARGV[5])
  set[#set + 1] = 'v'
  set[#set + 1] = v
end
if #set > 0 then redis.call('HSET', key, unpack(set)) end
return v
