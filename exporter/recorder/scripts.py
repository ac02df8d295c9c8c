"""Redis' scripts, each one step: a flush, the end of an instance, the seeding of an empty Redis.

Each flush of an instance has a number, and names the one before. Redis keeps the last number that
it applied, in the same step as what it applied, so that a flush whose reply was lost counts once,
and one that a failover lost is noticed.

A Redis that lost keys is recognised. The epoch is drawn when totals start from nothing: another
epoch means that Redis was emptied, unless `seeded` says that the totals are there. The generation
is drawn when `seqs` starts from nothing: instances that know it were in that hash. Lua takes no
write back, so the number is written first, and all that follows is guarded: what fails costs itself
and is in the reply.

meta      epoch, created, seeded: by whom, where totals are complete; counted: whether totals ever
          had a field; dropped: series that limits left out; exporter_interval: seconds between two
          polls of an exporter; forgotten: how often series were deleted
"""

REMEMBERED = 86_400  # seconds for which Redis knows an instance that flushes no more

# KEYS: totals gauges families seqs seen meta
# ARGV: instance, number, the number before, epoch known, a new token, dropped, most fields,
#       how many totals, field and rise of each, how many gauges that are gone, field of each,
#       how many gauges that changed, field, value and age in seconds of each,
#       how many others, to be written where they are missing or differ, likewise,
#       how many families that are announced, name, shape and age of each, how many others, likewise
# Returns: "ok", "behind" or "epoch", the epoch, the number that is applied, whether it was seeded,
#       the generation, the Unix time, the exporter's interval or "", refused fields, errors.
FLUSH = """
local totals, gauges, families, seqs, seen, meta = unpack(KEYS)
local id, number, before, known = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local epoch = redis.call('HGET', meta, 'epoch')
local room = tonumber(ARGV[7]) - redis.call('HLEN', totals)
local has = room < tonumber(ARGV[7])
if has and not epoch then
  epoch = ARGV[5]
  redis.call('HSET', meta, 'epoch', epoch, 'created', string.format('%.3f', now),
    'seeded', 'kept', 'counted', '1')
elseif not epoch or (not has and redis.call('HEXISTS', meta, 'counted') == 1) then
  epoch = ARGV[5]
  redis.call('DEL', seqs)
  redis.call('HDEL', meta, 'seeded', 'counted')
  redis.call('HSET', meta, 'epoch', epoch, 'created', string.format('%.3f', now))
end
local generation = redis.call('HGET', seqs, '~')
if not generation then
  generation = ARGV[5]
  redis.call('HSET', seqs, '~', generation)
end
local applied = tonumber(redis.call('HGET', seqs, id) or '0')
local refused, errors = {}, {}
local function reply(state, at)
  return {state, epoch, at, redis.call('HEXISTS', meta, 'seeded'), generation,
    string.format('%.6f', now), redis.call('HGET', meta, 'exporter_interval') or '',
    refused, errors}
end
if known ~= '' and known ~= epoch then return reply('epoch', applied) end
if applied == number then return reply('ok', applied) end
if applied ~= before then return reply('behind', applied) end
local function fault(found) return type(found) == 'table' and found.err end
local function note(text)
  if text and #errors < 5 then errors[#errors + 1] = text end
end
local function try(...) note(fault(redis.pcall(...))) end
redis.call('HSET', seqs, id, number)
local at, wrote = 8, false
local last = at + 2 * tonumber(ARGV[at])
if last > at and not has then try('HSET', meta, 'counted', '1') end
for i = at + 1, last, 2 do
  local fits = room >= (last - i + 1) / 2 or redis.call('HEXISTS', totals, ARGV[i]) == 1
  if not fits and room > 0 then
    fits, room = true, room - 1
  end
  local text = fits and fault(redis.pcall('HINCRBYFLOAT', totals, ARGV[i], ARGV[i + 1]))
  if text and not wrote and not (text:find(' float') or text:find('NaN')) then
    redis.call('HSET', seqs, id, before)
    return redis.error_reply(text)
  end
  note(text)
  wrote = wrote or (fits and not text)
  if text or not fits then refused[#refused + 1] = ARGV[i] end
end
at = last + 1
local function each(width, act)
  local ends = at + width * tonumber(ARGV[at])
  for i = at + 1, ends, width do act(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
  at = ends + 1
end
local function stamped(text, age) return string.format('%.6f', now - age) .. '\\31' .. text end
local function other(key, name, text)
  local found = redis.pcall('HGET', key, name)
  return fault(found) or not found or found:sub(-#text - 1) ~= '\\31' .. text
end
each(1, function(name) try('HDEL', gauges, id .. '\\31' .. name) end)
each(3, function(name, value, age)
  try('HSET', gauges, id .. '\\31' .. name, stamped(value, age))
end)
each(3, function(name, value, age)
  local own = id .. '\\31' .. name
  if other(gauges, own, value) then try('HSET', gauges, own, stamped(value, age)) end
end)
each(3, function(name, text, age) try('HSET', families, name, stamped(text, age)) end)
each(3, function(name, text, age)
  if other(families, name, text) then try('HSETNX', families, name, stamped(text, age)) end
end)
if tonumber(ARGV[6]) > 0 then try('HINCRBY', meta, 'dropped', ARGV[6]) end
try('ZADD', seen, now, id)
return reply('ok', number)
"""

# KEYS: gauges seen. ARGV: instance, seconds for which it is remembered, fields of its gauges.
LEAVE = """
local time = redis.call('TIME')
for i = 3, #ARGV do redis.pcall('HDEL', KEYS[1], ARGV[1] .. '\\31' .. ARGV[i]) end
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
if last > 4 then redis.call('HSET', meta, 'counted', '1') end
for i = 5, last, 2 do redis.pcall('HINCRBYFLOAT', totals, ARGV[i], ARGV[i + 1]) end
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

# KEYS: totals gauges families meta. ARGV: three times: how many fields, each field.
# Returns how many were deleted. Totals that end so were not lost: nothing fills them again.
FORGET = """
local gone, at = 0, 1
for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do
  local last = at + tonumber(ARGV[at])
  for i = at + 1, last do gone = gone + redis.call('HDEL', key, ARGV[i]) end
  at = last + 1
end
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HDEL', KEYS[4], 'counted') end
if gone > 0 then redis.call('HINCRBY', KEYS[4], 'forgotten', 1) end
return gone
"""
