-- Correlation and synchrony.
local astro = require "astro"
local bins = require "astro.analysis.bins"
local check = require "astro.check"
local inputs = require "astro.analysis.inputs"
local fail, wrong, public, NAN = check.fail, check.wrong, check.public, inputs.NAN

local synchrony = {}

-- Deviations from the mean, divided so that their squares add up to 1; nil if all values are equal.
local function normalised(values)
  local centred = values - values:mean()
  local length = math.sqrt((centred * centred):sum())
  local rounding = 1e-14 * #values * math.max(math.abs(values:max()), math.abs(values:min()))
  return length > rounding and centred / length or nil
end

local function vector_of(call, what, values)
  return check.is_vector(values) and values or astro.vector(check.numbers(call, what, values))
end

-- correlation(a, b) -> Pearson's r of two Vectors or tables of equal length; nan if one of them is constant
synchrony.correlation = public("analysis.correlation(a, b)", function(a, b)
  a, b = vector_of("correlation", "a", a), vector_of("correlation", "b", b)
  if #a ~= #b then fail("correlation: a has %d values and b has %d", #a, #b) end
  if #a == 0 then return NAN end
  local x, y = normalised(a), normalised(b)
  return x and y and (x * y):sum() or NAN
end)

-- All pairs of the list's Vectors: rows of the matrix, mean and standard deviation of what is not nan, number of those.
local function all_pairs(list)
  local unit, rows = {}, {}
  for i, values in ipairs(list) do
    unit[i], rows[i] = normalised(values) or false, {}
  end
  local n, sum, squares = 0, 0.0, 0.0
  for i, a in ipairs(unit) do
    rows[i][i] = a and 1.0 or NAN
    for j = i + 1, #unit do
      local b = unit[j]
      local r = a and b and (a * b):sum() or NAN
      rows[i][j], rows[j][i] = r, r
      if r == r then n, sum, squares = n + 1, sum + r, squares + r * r end
    end
  end
  local mean = n > 0 and sum / n or NAN
  return rows, mean, n > 0 and math.sqrt(math.max(0, squares / n - mean * mean)) or NAN, n
end

-- correlations(list) -> { matrix = list of Vectors, mean, std, pairs, ids }
--
-- Pearson's r of all pairs of a list of equally long Vectors, as analysis.counts and analysis.signals return it. `mean` and `std`
-- (divided by n) are over the pairs i < j for which r is defined; for a constant series it is nan. The time needed grows with the square
-- of the list's length.
synchrony.correlations = public("analysis.correlations(list of Vectors)", function(list)
  if type(list) ~= "table" then wrong("correlations: the first argument must be a list of Vectors, got %s", check.shown(list)) end
  local vectors = {}
  for i, values in ipairs(list) do
    vectors[i] = vector_of("correlations", ("number %d"):format(i), values)
    if #vectors[i] ~= #vectors[1] then
      fail("correlations: number 1 has %d values and number %d has %d", #vectors[1], i, #vectors[i])
    end
    if #vectors[i] == 0 then fail("correlations: the Vectors are empty") end
  end
  local rows, mean, std, n = all_pairs(vectors)
  for i, row in ipairs(rows) do rows[i] = astro.vector(row) end
  return { matrix = rows, mean = mean, std = std, pairs = n, ids = list.ids }
end)

-- Numbers from 0 to below 1 that depend on the seed only (Park & Miller's generator): the script's own draws stay as they are.
local function generator(seed)
  local state = seed % 2147483646 + 1
  local function draw()
    state = state * 48271 % 2147483647
    return (state - 1) / 2147483646
  end
  for _ = 1, 8 do draw() end
  return draw
end

-- n of the ids, without repetition, in ascending order.
local function sample_of(ids, n, seed)
  local pool, draw = table.move(ids, 1, #ids, 1, {}), generator(seed)
  n = math.min(n, #pool)
  for i = 1, n do
    local j = i + math.floor(draw() * (#pool - i + 1))
    pool[i], pool[j] = pool[j], pool[i]
  end
  local chosen = table.move(pool, 1, n, 1, {})
  table.sort(chosen)
  return chosen
end

local function those_that_fired(s)
  local fired, seen = {}, {}
  for _, id in ipairs(s.senders) do seen[id] = true end
  for _, id in ipairs(s.ids) do
    if seen[id] then fired[#fired + 1] = id end
  end
  return fired
end

local function only(s, ids)
  local chosen, times, senders = {}, {}, {}
  for _, id in ipairs(ids) do chosen[id] = true end
  for i, id in ipairs(s.senders) do
    if chosen[id] then times[#times + 1], senders[#senders + 1] = s.times[i], id end
  end
  return { times = times, senders = senders, ids = ids, from = s.from, to = s.to }
end

-- Variance over time of the mean count, over the mean of each one's variance over time.
local function variance_ratio(vectors)
  if #vectors == 0 then return NAN end
  local total, variances = vectors[1] * 0, 0.0
  for _, values in ipairs(vectors) do
    total = total + values
    variances = variances + values:std() ^ 2
  end
  if variances == 0 then return NAN end
  return (total / #vectors):std() ^ 2 / (variances / #vectors)
end

local OPTIONS <const> = { bin = "positive", sample = "count", seed = "integer" }

local function measure(call, spikes, options)
  options = inputs.options(call, options, OPTIONS)
  local s = inputs.spikes(call, spikes, options)
  local ids = sample_of(those_that_fired(s), options.sample or 100, options.seed or 1)
  local sampled = only(s, ids)
  local vectors = bins.each(call, sampled, inputs.trains(sampled), options.bin or 10)
  for i, one in ipairs(vectors) do vectors[i] = astro.vector(one) end
  return ids, vectors
end

-- synchrony(spikes [, { bin = 10, sample = 100, seed = 1, from =, to =, nodes = }])
--   -> { mean, std, pairs (local), global, ids, matrix, bin }
--
-- The two measures of Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503, from the counts in bins of `bin` ms of `sample`
-- neurons drawn from those that fired in the window (all, if fewer did):
--
-- local synchrony: mean and standard deviation of Pearson's r over all pairs
-- global synchrony: variance over time of the mean count / mean over neurons of the variance over time of each one's count;
--   1 if all do the same, about 1/n for n independent neurons. Its square root is Golomb's measure (2007), doi:10.4249/scholarpedia.1347.
synchrony.synchrony = public("analysis.synchrony(spikes [, options])", function(spikes, options)
  local ids, vectors = measure("synchrony", spikes, options)
  local rows, mean, std, n = all_pairs(vectors)
  for i, row in ipairs(rows) do rows[i] = astro.vector(row) end
  return {
    mean = mean, std = std, pairs = n, global = variance_ratio(vectors), ids = astro.vector(ids), matrix = rows,
    bin = options and options.bin or 10,
  }
end)

-- local_synchrony(spikes [, options]) -> mean, standard deviation; as in synchrony
synchrony.local_synchrony = public("analysis.local_synchrony(spikes [, options])", function(spikes, options)
  local _, vectors = measure("local_synchrony", spikes, options)
  local _, mean, std = all_pairs(vectors)
  return mean, std
end)

-- global_synchrony(spikes [, options]) -> number; as in synchrony
synchrony.global_synchrony = public("analysis.global_synchrony(spikes [, options])", function(spikes, options)
  local _, vectors = measure("global_synchrony", spikes, options)
  return variance_ratio(vectors)
end)

return synchrony
