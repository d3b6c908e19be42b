-- Errors of a module's functions, reported at the line of the script that called it.
local failure = {}

local Failure <const> = {}
local error, getmetatable, pcall, setmetatable = error, getmetatable, pcall, setmetatable
local pack, unpack, format = table.pack, table.unpack, string.format

-- Raises a message, formatted as string.format does.
function failure.fail(message, ...) error(setmetatable({ format(message, ...) }, Failure), 0) end

-- The function f, with failures inside it, however deep, as errors at the line that called it.
function failure.public(f)
  return function(...)
    local results = pack(pcall(f, ...))
    if results[1] then return unpack(results, 2, results.n) end
    local problem = results[2]
    if getmetatable(problem) ~= Failure then error(problem, 0) end
    error(problem[1], 2)
  end
end

return failure
