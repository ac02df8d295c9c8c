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
          polls of an exporter; forgotten: how often series were deleted; forgotten:FAMILY: what
          that number was when series of a family were; own_hits, own_misses: what the scripts
          added to Redis' keyspace hits and misses, which are not the application's
"""

REMEMBERED = 86_400  # seconds for which Redis knows an instance that flushes no more

# KEYS: totals gauges families seqs seen meta
# ARGV: instance, number, the number before, epoch known, a new token, dropped, most fields,
#       how many totals, field and rise of each, how many gauges that are gone, field of each,
#       how many gauges that changed, field, value and age in seconds of each,
#       how many others, to be written where they are missing or differ, likewise,
#       how many families that are announced, name, shape and age of each, how many others, likewise
# Returns: "ok", "behind" or "epoch", the number that is applied, epoch, created, seeded,
#       generation, the Unix time, the exporter's interval, refused fields, errors; else "".
FLUSH = """
local totals, gauges, families, seqs, seen, meta = unpack(KEYS)
local id, number, before, known = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local own = {hit = 0, miss = 0}
local function looked(exists)
  local kind = exists and 'hit' or 'miss'
  own[kind] = own[kind] + 1
  return exists
end
local epoch, created, seeded, counted, interval =
  unpack(redis.call('HMGET', meta, 'epoch', 'created', 'seeded', 'counted', 'exporter_interval'))
looked(epoch or interval)
local room = tonumber(ARGV[7]) - redis.call('HLEN', totals)
local has = looked(room < tonumber(ARGV[7]))
if not epoch or (counted and not has) then
  epoch, created, seeded = ARGV[5], string.format('%.3f', now), has and 'kept'
  redis.call('HSET', meta, 'epoch', epoch, 'created', created)
  if has then
    redis.call('HSET', meta, 'seeded', seeded, 'counted', '1')
  else
    redis.call('HDEL', meta, 'seeded', 'counted')
    redis.call('DEL', seqs)
  end
end
local generation, applied = unpack(redis.call('HMGET', seqs, '~', id))
looked(generation)
if not generation then
  generation = ARGV[5]
  redis.call('HSET', seqs, '~', generation)
end
applied = tonumber(applied or '0')
local refused, errors = {}, {}
local function reply(state, number)
  if own.hit > 0 then redis.pcall('HINCRBY', meta, 'own_hits', own.hit) end
  if own.miss > 0 then redis.pcall('HINCRBY', meta, 'own_misses', own.miss) end
  return {state, number, epoch, created or '', seeded or '', generation,
    string.format('%.6f', now), interval or '', refused, errors}
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
  local fits = room >= (last - i + 1) / 2
  if not fits then fits = looked(has) and redis.pcall('HEXISTS', totals, ARGV[i]) == 1 end
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
local known_keys = {}
local function other(key, name, text)
  if known_keys[key] == nil then
    local size = redis.pcall('HLEN', key)
    known_keys[key] = looked(fault(size) or size > 0) and true
  end
  local found = redis.pcall('HGET', key, name)
  looked(known_keys[key])
  return fault(found) or not found or found:sub(-#text - 1) ~= '\\31' .. text
end
each(1, function(name) try('HDEL', gauges, id .. '\\31' .. name) end)
each(3, function(name, value, age)
  try('HSET', gauges, id .. '\\31' .. name, stamped(value, age))
end)
each(3, function(name, value, age)
  local mine = id .. '\\31' .. name
  if other(gauges, mine, value) then
    try('HSET', gauges, mine, stamped(value, age))
    known_keys[gauges] = true
  end
end)
each(3, function(name, text, age) try('HSET', families, name, stamped(text, age)) end)
each(3, function(name, text, age)
  if other(families, name, text) then
    try('HSETNX', families, name, stamped(text, age))
    known_keys[families] = true
  end
end)
if tonumber(ARGV[6]) > 0 then try('HINCRBY', meta, 'dropped', ARGV[6]) end
try('ZADD', seen, now, id)
return reply('ok', number)
"""

# KEYS: gauges seen. ARGV: instance, seconds for which it is remembered, fields of its gauges.
LEAVE = """
local time = redis.call('TIME')
for i = 3, #ARGV do redis.pcall('HDEL', KEYS[1], ARGV[1] .. '\\31' .. ARGV[i]) end
redis.call('ZADD', KEYS[2], 'XX', time[1] - tonumber(ARGV[2]), ARGV[1])
return 1
"""

# KEYS: totals seqs meta. ARGV: the exporter's epoch, the epoch in Redis, created,
#       how many totals, field and value of each, how many instances, name and number of each.
# Returns 1 where it was done, 0 where another exporter did it or it is not needed.
SEED = """
local totals, seqs, meta = unpack(KEYS)
local epoch, seeded = unpack(redis.call('HMGET', meta, 'epoch', 'seeded'))
if epoch ~= ARGV[2] then return 0 end
redis.pcall('HINCRBY', meta, 'own_hits', 1)
if seeded then return 0 end
redis.call('HSET', meta, 'seeded', ARGV[1], 'created', ARGV[3])
local last = 4 + 2 * tonumber(ARGV[4])
if last > 4 then redis.call('HSET', meta, 'counted', '1') end
for i = 5, last, 2 do redis.pcall('HINCRBYFLOAT', totals, ARGV[i], ARGV[i + 1]) end
for i = last + 2, last + 1 + 2 * tonumber(ARGV[last + 1]), 2 do
  redis.call('HSETNX', seqs, ARGV[i], ARGV[i + 1])
end
return 1
"""

# KEYS: gauges seqs seen, and meta if there is one. ARGV: Unix time before which instances are
# forgotten.
# Returns how many were forgotten.
RETIRE = """
local gone = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[1])
for _, id in ipairs(gone) do
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
end
if KEYS[4] then redis.call('HINCRBY', KEYS[4], 'own_hits', 1) end
return #gone
"""

# KEYS: totals gauges families meta. ARGV: three times: how many fields, each field.
# Returns how many were deleted. Totals that end so were not lost: nothing fills them again. What
# instances begin anew may be there before an exporter reads, so the families are named for it.
FORGET = """
local gone, at, families = 0, 1, {}
for place, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do
  local last = at + tonumber(ARGV[at])
  for i = at + 1, last do
    gone = gone + redis.call('HDEL', key, ARGV[i])
    if place ~= 2 then families[ARGV[i]:match('^[^\\31]*')] = true end
  end
  at = last + 1
end
local left = redis.call('EXISTS', KEYS[1])
if left == 0 then redis.call('HDEL', KEYS[4], 'counted') end
redis.call('HINCRBY', KEYS[4], left == 1 and 'own_hits' or 'own_misses', 1)
if gone > 0 then
  local number = redis.call('HINCRBY', KEYS[4], 'forgotten', 1)
  for family in pairs(families) do redis.call('HSET', KEYS[4], 'forgotten:' .. family, number) end
end
return gone
"""
