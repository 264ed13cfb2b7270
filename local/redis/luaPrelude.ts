/**
 * Lua that runs once before any script: what Redis' Lua 5.1 has and 5.3 lost, nothing that reaches the file
 * system, and Redis' rule that a script may neither read nor make a global that does not exist.
 */
export const LUA_PRELUDE = `
unpack = table.unpack
loadstring = load
dofile, loadfile, print, collectgarbage = nil, nil, nil, nil

redis.set_number_metatable({ __tostring = function(number) return number .. '' end, __metatable = false })
redis.set_number_metatable = nil

local floor, ceil, format, gsub = math.floor, math.ceil, string.format, string.gsub
math.floor = function(x) return floor(x) + 0 end
math.ceil = function(x) return ceil(x) + 0 end
math.pow = function(x, y) return x ^ y end
string.format = function(pattern, ...)
  return format(gsub(pattern, '%%([-+ 0#]*%d*)d', '%%%1.0f'), ...)
end

local raw_pcall = pcall
pcall = function(...)
  local results = table.pack(raw_pcall(...))
  local reason = results[2]
  if not results[1] and type(reason) == 'table' and reason.err then results[2] = reason.err end
  return unpack(results, 1, results.n)
end

redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING = 0, 1, 2, 3
redis.log = function() end
redis.setresp = function() end
redis.replicate_commands = function() return true end
redis.status_reply = function(text) return { ok = text } end
redis.error_reply = function(text)
  text = gsub(text, '^-', '')
  if not string.find(text, ' ', 1, true) then text = 'ERR ' .. text end
  return { err = text }
end

KEYS, ARGV = {}, {}
setmetatable(_G, {
  __index = function(_, name)
    error('Script attempted to access nonexistent global variable \\'' .. tostring(name) .. '\\'', 2)
  end,
  __newindex = function(_, name)
    error('Attempt to modify a readonly table', 2)
  end,
})
`;
