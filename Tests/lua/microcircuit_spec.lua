-- The microcircuit at a tenth of its size and of its inputs, against the same in NEST over seeds.
local SIZE <const> = "--scale 0.1 --in-degree 0.1 --time 500"

-- The program that runs this: the first word of its command line.
local function own_program()
  local first = 0
  while arg[first - 1] do first = first - 1 end
  return arg[first]
end

local function text_of_script(options)
  local pipe = assert(io.popen(("'%s' --quiet scripts/microcircuit.lua %s 2>&1"):format(own_program(), options)))
  local text = pipe:read("a")
  assert(pipe:close(), text)
  return text
end

local function rows_of_script(options)
  local text, rows = text_of_script(options), {}
  for name, rate, cv in text:gmatch("(L%d+[EI]) +(%S+) %(%S+%) +(%S+)") do rows[name] = { rate = tonumber(rate), cv = tonumber(cv) } end
  return rows
end

local function reference()
  local rows = {}
  for line in io.lines("Tests/Fixtures/reference/microcircuit.csv") do
    local name, rate, rate_sd, cv, cv_sd = line:match("^(L%w+),(.-),(.-),(.-),(.-)$")
    if name then rows[#rows + 1] = { name = name, rate = { rate, rate_sd }, cv = { cv, cv_sd } } end
  end
  return rows
end

describe("scripts/microcircuit.lua", function()
  -- Four standard deviations of a difference of two runs; the reference's own is known to a quarter from its eight seeds.
  it("has the rates and CVs of the reference in all populations", function()
    local ours, theirs = rows_of_script(SIZE), reference()
    assert.equal(8, #theirs)
    for _, row in ipairs(theirs) do
      for _, what in ipairs { "rate", "cv" } do
        local mean, sd = tonumber(row[what][1]), tonumber(row[what][2])
        local tolerance = 4 * math.sqrt(2) * 1.25 * math.max(sd, 0.005)
        assert.is_true(math.abs(ours[row.name][what] - mean) <= tolerance,
          ("%s of %s: %g, reference %g ± %g"):format(what, row.name, ours[row.name][what], mean, sd))
      end
    end
  end)

  it("prints what a run has cost", function()
    local text = text_of_script("--scale 0.02 --in-degree 0.02 --time 20")
    assert.is_truthy(text:find("\nreal%-time factor [%d.]+, building [%d.]+ s, memory %d+ MB\n"))
  end)
end)
