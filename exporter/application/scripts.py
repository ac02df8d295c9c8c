"""Redis' scripts that read an application: each counts the lookups that it and its readers make.

A read counts as a hit or a miss of the server's cache statistics, MEMORY USAGE and the lookup of a
write do not (measured on Redis 7.0). Recorders and exporters add what they cause to `own_hits` and
`own_misses` in meta, in the same step, so that it can be taken off exactly.
"""

# KEYS: meta, then keys that may be read. ARGV: the interval to write, or ""; for each key 1 where
# the transaction reads it, else 0. Returns for each key whether it exists; nothing where the user
# may not run MEMORY USAGE.
PEEK = """
local found, hits, misses = {}, 0, 0
for i = 2, #KEYS do
  local size = redis.pcall('MEMORY', 'USAGE', KEYS[i])
  if type(size) == 'table' then return {} end
  found[i - 1] = size and 1 or 0
  if ARGV[i] == '1' then
    if size then hits = hits + 1 else misses = misses + 1 end
  end
end
if ARGV[1] ~= '' then redis.pcall('HSET', KEYS[1], 'exporter_interval', ARGV[1]) end
if hits > 0 then redis.pcall('HINCRBY', KEYS[1], 'own_hits', hits) end
if misses > 0 then redis.pcall('HINCRBY', KEYS[1], 'own_misses', misses) end
return found
"""

# KEYS: meta, regions. ARGV: start of the slots' keys, then width and number of slots of each
# window. Returns regions, each with the users of every window; then errors.
# The slots' keys follow from the regions; the application's hash tag keeps them on this server.
USERS = """
local time = redis.call('TIME')
local hits, misses, rows, errors = 0, 0, {}, {}
local function try(...)
  local found = redis.pcall(...)
  if type(found) ~= 'table' or not found.err then return found end
  if #errors < 3 then errors[#errors + 1] = found.err end
end
local function exists(key) return redis.pcall('MEMORY', 'USAGE', key) end
if exists(KEYS[2]) then
  hits = hits + 1
  for _, region in ipairs(try('SMEMBERS', KEYS[2]) or {}) do
    local row = {region}
    for i = 2, #ARGV, 2 do
      local width, slots = tonumber(ARGV[i]), {}
      local last = math.floor(tonumber(time[1]) / width)
      for back = 0, tonumber(ARGV[i + 1]) - 1 do
        local key = string.format('%s:%s:%d:%d', ARGV[1], region, width, last - back)
        if exists(key) then slots[#slots + 1] = key end
      end
      hits = hits + #slots
      row[#row + 1] = #slots > 0 and try('PFCOUNT', unpack(slots)) or 0
    end
    rows[#rows + 1] = row
  end
end
if hits > 0 then redis.pcall('HINCRBY', KEYS[1], 'own_hits', hits) end
return {rows, errors}
"""

# KEYS: meta. Returns the server's run_id, and its keyspace hits and misses without our own;
# nothing where the user may not run INFO. What was added before the first run in the life of this
# server is of another life, and is left out.
CACHE = """
local server, stats = redis.pcall('INFO', 'server'), redis.pcall('INFO', 'stats')
if type(server) == 'table' or type(stats) == 'table' then return {} end
local run = server:match('run_id:(%w+)')
local reply = {run}
local known = redis.call('HSETNX', KEYS[1], 'reads:' .. run, '1') == 0
for _, name in ipairs({'hits', 'misses'}) do
  local all = tonumber(stats:match('keyspace_' .. name .. ':(%d+)'))
  local field = 'reads:' .. run .. ':' .. name
  local own = redis.call('HINCRBY', KEYS[1], 'own_' .. name, 0)
  if own > 0 then redis.call('HINCRBY', KEYS[1], 'own_' .. name, -own) end
  local taken = redis.call('HINCRBY', KEYS[1], field, known and own or 0)
  if taken > all then taken = redis.call('HINCRBY', KEYS[1], field, all - taken) end
  reply[#reply + 1] = all - taken
end
return reply
"""
