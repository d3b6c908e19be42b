-- A script's options, read from a stand-in for the command line.
local description = {
  "A script for tests.",
  { "time", 1000.0, "simulated time in ms" },
  { "count", 5, "how many" },
  { "figures", true, "draw the figures" },
  { "pool_type", "block", "how pools are dealt out", { "random", "block" } },
}

local said, status
local exit, stderr, write = os.exit, io.stderr, io.write

before_each(function()
  said, status = "", nil
  os.exit = function(code) -- luacheck: ignore 122
    status = code
    error("ended", 0)
  end
  io.stderr = { write = function(_, ...) said = said .. table.concat({ ... }) end } -- luacheck: ignore 122
  io.write = function(...) said = said .. table.concat({ ... }) end -- luacheck: ignore 122
end)

after_each(function()
  os.exit, io.stderr, io.write = exit, stderr, write -- luacheck: ignore 122
end)

local function read(...)
  return assert(loadfile("stdlib/astro/options.lua", "t"))("astro.options", "", { args = { ... } })(description)
end

describe("astro.options", function()
  it("has the defaults, and seed, out and format besides", function()
    local options = read()
    assert.equal(1000.0, options.time)
    assert.equal(5, options.count)
    assert.is_true(options.figures)
    assert.equal("block", options.pool_type)
    assert.equal(1, options.seed)
    assert.equal("./raster.svg", options:figure("raster"))
  end)

  it("reads --name value, --name=value and switches", function()
    local options = read("--time", "20", "--count=7", "--no-figures", "--pool-type", "random", "--out", "Docs", "--format=pdf")
    assert.equal("float", math.type(options.time))
    assert.equal(20.0, options.time)
    assert.equal("integer", math.type(options.count))
    assert.equal(7, options.count)
    assert.is_false(options.figures)
    assert.equal("random", options.pool_type)
    assert.equal("Docs/raster.pdf", options:figure("raster"))
  end)

  it("takes negative numbers", function() assert.equal(-3, read("--count", "-3").count) end)

  it("--help prints the rows and ends with status 0", function()
    pcall(read, "--time", "5", "--help")
    assert.equal(0, status)
    for _, text in ipairs { "A script for tests.", "--time X", "--count N", "default 1000.0", "random, block; default block" } do
      assert.is_truthy(said:find(text, 1, true), text)
    end
  end)

  it("reading an option that the script has not is an error at the reader's line", function()
    local options = read()
    local ok, problem = pcall(function() local _ = options.tme end)
    assert.is_false(ok)
    assert.is_truthy(problem:find("options_spec%.lua:%d+: the script has no option 'tme'"), problem)
  end)

  local wrong = {
    { { "--tim", "5" }, "there is no option --tim (there are: --time, --count, --figures, --pool_type, --seed, --out, --format, --help)" },
    { { "--count", "1.5" }, "option --count must be a whole number, got '1.5'" },
    { { "--time", "soon" }, "option --time must be a number, got 'soon'" },
    { { "--time", "nan" }, "option --time must be a number, got 'nan'" },
    { { "--time", "1e999" }, "option --time must be a number, got '1e999'" },
    { { "--time" }, "option --time needs a value" },
    { { "5" }, "'5' is not an option (options begin with --)" },
    { { "--pool_type", "blok" }, "option --pool_type cannot be 'blok' (there are: random, block)" },
    { { "--out", "nowhere" }, "option --out: there is no directory 'nowhere' (make it first)" },
    { { "--no-time" }, "there is no option --no_time" },
  }
  for _, case in ipairs(wrong) do
    it("says " .. case[2], function()
      pcall(read, table.unpack(case[1]))
      assert.equal(2, status)
      assert.equal(case[2], said:sub(1, #case[2]))
    end)
  end
end)
