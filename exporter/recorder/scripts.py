"""Redis' scripts, each one step: a flush, the end of an instance, the seeding of an empty Redis.

Each flush of an instance has a number, and names the one before. Redis keeps the last number that
it applied, in the same step as what it applied, so that a flush whose reply was lost counts once,
and one that a failover lost is noticed. The epoch is drawn when totals start from nothing: another
epoch means that Redis was emptied.
"""

REMEMBERED = 86_400  # seconds for which Redis knows an instance that flushes no more

# KEYS: totals gauges families seqs seen meta
# ARGV: instance, number, the number before, epoch known, epoch for an empty Redis, dropped,
#       how many totals, field and rise of each, how many gauges, field and value of each,
#       how many families, name and shape of each
# Returns: "ok", "behind" or "epoch", the epoch, the number that is applied, whether it was seeded.
FLUSH = """
local totals, gauges, families, seqs, seen, meta = unpack(KEYS)
local id, number, before, known = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local epoch = redis.call('HGET', meta, 'epoch')
if not epoch then
  epoch = ARGV[5]
  redis.call('HSET', meta, 'epoch', epoch, 'created', string.format('%.3f', now))
end
local applied = tonumber(redis.call('HGET', seqs, id) or '0')
local seeded = redis.call('HEXISTS', meta, 'seeded')
if known ~= '' and known ~= epoch then return {'epoch', epoch, applied, seeded} end
if applied == number then return {'ok', epoch, applied, seeded} end
if applied ~= before then return {'behind', epoch, applied, seeded} end
local at = 7
local function each(act)
  local last = at + 2 * tonumber(ARGV[at])
  for i = at + 1, last, 2 do act(ARGV[i], ARGV[i + 1]) end
  at = last + 1
end
each(function(name, rise) redis.call('HINCRBYFLOAT', totals, name, rise) end)
each(function(name, value) redis.call('HSET', gauges, id .. '\\31' .. name, value) end)
each(function(name, text) redis.call('HSET', families, name, text) end)
if tonumber(ARGV[6]) > 0 then redis.call('HINCRBY', meta, 'dropped', ARGV[6]) end
redis.call('HSET', seqs, id, number)
redis.call('ZADD', seen, now, id)
return {'ok', epoch, number, seeded}
"""

# KEYS: gauges seen. ARGV: instance, seconds for which it is remembered, fields of its gauges.
LEAVE = """
local time = redis.call('TIME')
for i = 3, #ARGV do redis.call('HDEL', KEYS[1], ARGV[1] .. '\\31' .. ARGV[i]) end
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  redis.call('ZADD', KEYS[2], time[1] - tonumber(ARGV[2]), ARGV[1])
end
return 1
"""

# KEYS: totals seqs meta. ARGV: the exporter's epoch, the epoch in Redis, created,
#       how many totals, field and value of each, how many instances, name and number of each.
# Returns 1 where it was done, 0 where another exporter did it or it is not needed.
SEED = """
local totals, seqs, meta = unpack(KEYS)
if redis.call('HGET', meta, 'epoch') ~= ARGV[2] then return 0 end
if redis.call('HEXISTS', meta, 'seeded') == 1 then return 0 end
redis.call('HSET', meta, 'seeded', ARGV[1], 'created', ARGV[3])
local last = 4 + 2 * tonumber(ARGV[4])
for i = 5, last, 2 do redis.call('HINCRBYFLOAT', totals, ARGV[i], ARGV[i + 1]) end
for i = last + 2, last + 1 + 2 * tonumber(ARGV[last + 1]), 2 do
  redis.call('HSETNX', seqs, ARGV[i], ARGV[i + 1])
end
return 1
"""

# KEYS: gauges seqs seen. ARGV: Unix time before which instances are forgotten.
# Returns how many were forgotten.
RETIRE = """
local gone = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[1])
for _, id in ipairs(gone) do
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
end
return #gone
"""
