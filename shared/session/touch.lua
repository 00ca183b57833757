-- Notes that a session was used: KEYS[1] is user:<uid>; ARGV: id, now ms.
-- Returns 1, or 0 when the session has been closed: a touch brings nothing back.
if redis.call('HEXISTS', KEYS[1], 's:' .. ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 't:' .. ARGV[1], ARGV[2])
return 1
