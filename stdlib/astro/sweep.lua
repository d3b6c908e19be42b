-- A function over many parameters, on all cores.
--
--   local results = sweep.run(simulate, { weight = { 1, 2, 4 }, delay = { 1, 2 } }, { file = "results.jsonl" })
--   print(#results, results[1].weight, results[1].rate)
--
-- Each point, a set of parameters, is computed in a separate process, which starts as a copy of this one. So points do not affect each
-- other, a crash makes only one point fail, and results depend neither on the number of processes nor on their order.
-- Docs/sweeps.md describes sweeps.
local _, _, host = ...
local astro = require "astro"
local plain = require "astro.plain"
local check = require "astro.check"
local groups = require "astro.sweep.groups"
local fail, public, shown, wrong = check.fail, check.public, check.shown, check.wrong
local sweep = {}

local start_points, order_points, next_point = host.run, host.order_points, host.next_point
local end_points, show_points, write_file = host.end_points, host.show_points, host.write_file
local open_results, cut_results, add_result, close_results =
  host.open_results, host.cut_results, host.add_result, host.close_results
local cores, seed_of_run = host.cores, host.seed
local stderr = io.stderr

local FORMAT <const> = '{"format":"astro.sweep","version":1}'
local MOST_PROCESSES <const> = 1024


-- Parameters ------------------------------------------------------------------------------------------------------------------------

local function sorted_names(t)
  local names = {}
  for name in pairs(t) do
    if type(name) ~= "string" then fail("grid: parameters have names, got %s", tostring(name)) end
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function is_list(value) return getmetatable(value) == "Vector" or (type(value) == "table" and #value > 0) end

-- Every combination of the values of a table of lists, { weight = { 1, 2 }, delay = { 1, 2, 3 } }, as a list of tables. A value that
-- is no list is the same for all. Names are in alphabetical order, and the last varies fastest.
local function grid(lists)
  if type(lists) ~= "table" then fail("grid: parameters must be a table, got %s", type(lists)) end
  local points = { {} }
  for _, name in ipairs(sorted_names(lists)) do
    local values = is_list(lists[name]) and lists[name] or { lists[name] }
    if type(lists[name]) == "table" and next(lists[name]) == nil then fail("grid: '%s' has no values", name) end
    local longer = {}
    for _, point in ipairs(points) do
      for _, value in ipairs(values) do
        local copy = { [name] = value }
        for k, v in pairs(point) do copy[k] = v end
        longer[#longer + 1] = copy
      end
    end
    points = longer
  end
  return points
end

sweep.grid = public("sweep.grid(lists)", grid)

-- Points with their seeds, and the key by which a point is found again.
local function prepared(points, seed)
  local tasks, seen = {}, {}
  for i, given in ipairs(points) do
    if type(given) ~= "table" then fail("run: point %d must be a table of parameters, got %s", i, type(given)) end
    local done, key = pcall(plain.encode, plain.key(given), "parameters")
    if not done then fail("run: point %d: %s", i, key) end
    if seen[key] then
      fail("run: points %d and %d are equal; for repetitions add a parameter such as trial = { 1, 2, 3 }", seen[key], i)
    end
    seen[key] = i
    local point = {}
    for name, value in pairs(given) do
      if type(name) ~= "string" then fail("run: point %d: parameters have names, got %s", i, tostring(name)) end
      point[name] = value
    end
    if point.seed == nil then point.seed = plain.hash(("%d %s"):format(seed, key)) end
    if not math.tointeger(point.seed) then fail("run: point %d: seed = %s must be a whole number", i, tostring(point.seed)) end
    tasks[i] = { point = point, key = key .. " " .. tostring(point.seed) }
  end
  return tasks
end

-- Results ---------------------------------------------------------------------------------------------------------------------------

local Results = {}
Results.__index = Results

function Results.__tostring(results) return ("Sweep(%d results, %d failed)"):format(#results, #results.failed) end

-- A Vector with the value of `name` in each row.
Results.column = public("results:column(name)", function(self, name)
  local values = {}
  for i, row in ipairs(self) do
    if type(row[name]) ~= "number" then fail("column: '%s' of row %d is not a number but %s", tostring(name), i, type(row[name])) end
    values[i] = row[name]
  end
  return astro.vector(values)
end)

-- results:group(x, y [, { by = name, spread = "confidence" or "sd", level = 0.95 }])
--
-- Mean and spread of y at each x, over all rows with the same x: repetitions, and values of other parameters. Returns { x =, mean =, low =,
-- high =, sd =, n = }, Vectors, and `curves`, which plot.lines accepts as it is. low and high are the confidence interval of the mean
-- (analysis.confidence) or, with `spread` = "sd", one standard deviation (n - 1) below and above it; both are nan for a single row. With
-- `by`, `curves` has a curve for each value of that parameter.
Results.group = public("results:group(x, y [, options])", groups)

local function csv_field(value)
  local text = value == nil and "" or type(value) == "number" and plain.number(value) or tostring(value)
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local IS_SIMPLE <const> = { number = true, string = true, boolean = true }

-- Writes a .csv file of the rows: their numbers, strings and booleans.
Results.save = public("results:save(path)", function(self, path)
  if type(path) ~= "string" or path:sub(-4) ~= ".csv" then fail("save: the path must end in .csv, got %s", tostring(path)) end
  local names, known = {}, {}
  for _, row in ipairs(self) do
    for name, value in pairs(row) do
      if IS_SIMPLE[type(value)] and not known[name] then
        known[name], names[#names + 1] = true, name
      end
    end
  end
  table.sort(names)
  local lines = { table.concat(names, ",") }
  for _, row in ipairs(self) do
    local fields = {}
    for i, name in ipairs(names) do fields[i] = csv_field(row[name]) end
    lines[#lines + 1] = table.concat(fields, ",")
  end
  write_file(path, table.concat(lines, "\n") .. "\n")
end)

local function row_of(task)
  local row = {}
  for name, value in pairs(task.point) do row[name] = value end
  if task.problem then
    row.error = task.problem
    return row
  end
  local result = task.result
  if type(result) ~= "table" or #result > 0 then
    row.value = result
    return row
  end
  for name, value in pairs(result) do row[name] = value end
  return row
end

local function collected(tasks)
  local results = setmetatable({ failed = {} }, Results)
  for _, task in ipairs(tasks) do
    if task.done then table.insert(task.problem and results.failed or results, row_of(task)) end
  end
  return results
end

-- The file of results ---------------------------------------------------------------------------------------------------------------

local function take_over(line, by_key)
  local entry, place = plain.decode(line)
  if type(entry) ~= "table" or type(entry.key) ~= "string" then return place or 1 end
  local task = by_key[entry.key]
  -- what has failed is tried again
  if task and entry.error == nil then task.done, task.result = true, entry.result end
end

local function add_line(line)
  local done, problem = add_result(line)
  if not done then fail("run: %s; sweep.last() has what was computed", problem) end
end

-- Opens the file for more, so that no other run can, and takes over what it holds.
local function open_file(path, tasks)
  local by_key = {}
  for _, task in ipairs(tasks) do by_key[task.key] = task end
  local text, problem = open_results(path)
  if not text then fail("run: %s", problem) end
  local is_ours = text:sub(1, #FORMAT + 1) == FORMAT .. "\n"
  -- a first line that was cut off is no other program's
  if not is_ours and FORMAT:sub(1, #text) ~= text then
    fail("run: '%s' is not a file of results of a sweep, so nothing is added to it", path)
  end
  local number = 1
  -- the last line is left out where it was cut off
  for line in text:sub(#FORMAT + 2):gmatch "([^\n]*)\n" do
    number = number + 1
    local place = take_over(line, by_key)
    if place then fail("run: '%s': line %d is damaged at character %d", path, number, place) end
  end
  cut_results(#(text:match "^.*\n" or ""))
  if not is_ours then add_line(FORMAT) end
end

local function note(task)
  add_line(plain.encode { key = task.key, point = task.point, result = task.result, error = task.problem })
end

-- Running ---------------------------------------------------------------------------------------------------------------------------

-- What a result may be is known only here, in the process that has it.
local function computed(f, point)
  math.randomseed(point.seed)
  local result = f(point)
  if type(result) == "table" and #result == 0 then
    for name in pairs(result) do
      if point[name] ~= nil then error(("the result names '%s', which is a parameter"):format(tostring(name)), 0) end
      if name == "error" then error("a result can't be called 'error'", 0) end
    end
  end
  return plain.encode(result, "the result")
end

-- In the worker: a line that says how it went.
local function outcome(f, point)
  local done, text = pcall(computed, f, point)
  if done then return '{"result":' .. text .. "}" end
  return plain.encode { error = tostring(text) }
end

local function finish(task, done, text)
  local entry = done and plain.decode(text) or { error = text }
  task.done, task.result, task.problem = true, entry.result, entry.error
end

local function count(tasks)
  local done, failed = 0, 0
  for _, task in ipairs(tasks) do
    if task.done then done = done + 1 end
    if task.problem then failed = failed + 1 end
  end
  return done, failed
end

local function work(tasks, path)
  if path then open_file(path, tasks) end
  local done, failed = count(tasks)
  local missing = {}
  for i, task in ipairs(tasks) do
    if not task.done then missing[#missing + 1] = i end
  end
  order_points(missing)
  show_points(done, #tasks, failed)
  for _ = 1, #missing do
    local number, is_done, text = next_point()
    local task = tasks[number]
    finish(task, is_done, text)
    if path then note(task) end
    done, failed = done + 1, failed + (task.problem and 1 or 0)
    show_points(done, #tasks, failed)
  end
end

-- What the latest run has computed: after an interrupt, all that was done by then.
local last_tasks = {}
function sweep.last() return collected(last_tasks) end

local OPTIONS <const> = { file = "string", processes = "number", seed = "number" }

local function checked(options)
  if options == nil then return {} end
  if type(options) ~= "table" then fail("run: options must be a table, got %s", type(options)) end
  for name, value in pairs(options) do
    if not OPTIONS[name] then
      fail("run: there is no option '%s' (%s)", tostring(name), check.suggestion(name, check.sorted_keys(OPTIONS)))
    end
    if type(value) ~= OPTIONS[name] then fail("run: %s must be a %s, got %s", name, OPTIONS[name], type(value)) end
  end
  for _, name in ipairs { "processes", "seed" } do
    if options[name] and not math.tointeger(options[name]) then
      fail("run: %s = %s must be a whole number", name, tostring(options[name]))
    end
  end
  if options.processes and (options.processes < 1 or options.processes > MOST_PROCESSES) then
    fail("run: processes = %d is not allowed (1 to %d)", options.processes, MOST_PROCESSES)
  end
  return options
end

-- Calls f(point) for every point, each in a separate process, and returns the results: a list of rows in the order of the points. A row
-- has the parameters, `seed`, and the return value of f: its fields if it is a table of names, otherwise the whole value as `value`.
-- f returns plain data: numbers, strings, booleans, tables and Vectors.
--
-- points: a table of lists, all combinations of which are used (sweep.grid), or a list of tables.
-- options: `file`, to which results are written as they arrive, and from which the next run reads them; `processes`, the number of points
-- computed at the same time (one per core; in the sandbox at most four per core), which share the memory limit;
-- `seed` (1): each point gets its own point.seed, derived from it and the point's parameters, unless `seed` is one of these.
--
-- results.failed has a row for every point that failed: parameters, seed, and `error`, the message. results:column(name) is a Vector;
-- results:save(path) writes a .csv file.
sweep.run = public("sweep.run(f, points [, options])", function(f, points, options)
  if type(f) ~= "function" then wrong("run: f must be a function, got %s", shown(f)) end
  if type(points) ~= "table" then wrong("run: points must be a table, got %s", shown(points)) end
  options = checked(options)
  local tasks = prepared(#points > 0 and points or grid(points), seed_of_run(math.tointeger(options.seed or 1)))
  last_tasks = tasks
  -- before the file is read: a point computed later must find what it would have found the first time
  local processes = math.max(1, math.min(math.tointeger(options.processes or cores()), #tasks))
  start_points(processes, function(number) return outcome(f, tasks[number].point) end)
  local done, problem = pcall(work, tasks, options.file)
  close_results()
  end_points()
  if not done then error(problem, 0) end
  local results = collected(tasks)
  if #results.failed > 0 then
    stderr:write(("sweep: %d of %d points failed, the first with: %s\n"):format(#results.failed, #tasks, results.failed[1].error))
  end
  return results
end)

check.module("astro.sweep", sweep)
return sweep
