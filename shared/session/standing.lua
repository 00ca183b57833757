-- Keeps what Firebase says of a user: KEYS[1] is user:<uid>; ARGV: checked ms, valid
-- after s, disabled. A user without a key gets none. Returns the v that stands.
local v = merge(redis.call('HGET', KEYS[1], 'v'), ARGV[1], ARGV[2], ARGV[3])
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'v', v) end
return v
