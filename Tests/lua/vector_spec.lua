local astro = require "astro"

local v = astro.vector { 3, 1, 2 }

local function same(expected, vector) assert.are.same(expected, vector:totable()) end

describe("Vector", function()
  it("#v", function() assert.equal(3, #v) end)

  it("v[i]", function()
    assert.equal(3, v[1])
    assert.equal(2, v[-1])
    assert.is_nil(v[4])
    assert.has_error(function() return v[0] end)
    assert.has_error(function() return v[5] end)
    assert.has_error(function() return v[-4] end)
    assert.equal(1, v[2.0])
    assert.error_matches(function() return v[1.5] end, "index = 1.5 must be a whole number")
    assert.error_matches(function() return v["1"] end, "has no field '1'")
    assert.is_nil(astro.vector({})[1])
  end)

  it("ipairs(v)", function()
    local seen = {}
    for i, x in ipairs(v) do seen[i] = x end
    assert.are.same({ 3, 1, 2 }, seen)
  end)

  it("v + w, v - w, v * w, v / w, v ^ w", function()
    same({ 6, 2, 4 }, v + v)
    same({ 0, 0, 0 }, v - v)
    same({ 9, 1, 4 }, v * v)
    same({ 1, 1, 1 }, v / v)
    same({ 27, 1, 4 }, v ^ v)
  end)

  it("v + x, x - v", function()
    same({ 4, 2, 3 }, v + 1)
    same({ 2, 0, 1 }, v - 1)
    same({ -2, 0, -1 }, 1 - v)
    same({ 2, 6, 3 }, 6 / v)
    same({ 8, 2, 4 }, 2 ^ v)
  end)

  it("-v", function() same({ -3, -1, -2 }, -v) end)

  it("v == w", function()
    assert.is_true(v == astro.vector { 3, 1, 2 })
    assert.is_false(v == astro.vector { 3, 1 })
  end)

  it("v:sum()", function() assert.equal(6, v:sum()) end)
  it("v:mean()", function() assert.equal(2, v:mean()) end)
  it("v:std()", function() assert.equal(1, astro.vector({ 1, 3 }):std()) end)
  it("v:min()", function() assert.equal(1, v:min()) end)
  it("v:max()", function() assert.equal(3, v:max()) end)
  it("v:sorted()", function() same({ 1, 2, 3 }, v:sorted()) end)

  it("v:slice(i, j)", function()
    same({ 1, 2 }, v:slice(2, 3))
    same({ 1, 2 }, v:slice(-2, -1))
    same({}, v:slice(3, 2))
  end)

  it("v:gt(x), v:lt(x), v:ge(x), v:le(x), v:eq(x)", function()
    same({ 1, 0, 0 }, v:gt(2))
    same({ 0, 1, 0 }, v:lt(2))
    same({ 1, 0, 1 }, v:ge(2))
    same({ 0, 1, 1 }, v:le(2))
    same({ 0, 0, 1 }, v:eq(2))
  end)

  it("v:select(mask)", function() same({ 3, 2 }, v:select(v:gt(1))) end)
  it("v:map(f)", function() same({ 9, 1, 4 }, v:map(function(x) return x * x end)) end)
  it("v:totable()", function() assert.are.same({ 3, 1, 2 }, v:totable()) end)

  it("v:histogram(bins)", function()
    local counts, edges = v:histogram(2)
    same({ 1, 2 }, counts)
    same({ 1, 2, 3 }, edges)
  end)

  -- numpy's rule: an interval holds its lower edge, the last one both; edge i is min + i * width, the last one max.
  it("v:histogram puts what lies on an edge, or beside it, into the right interval", function()
    for _, case in ipairs {
      { 0, 100, 1000 }, { 0, 100, 10 }, { 0, 1, 3 }, { 0, 1, 7 }, { -1, 1, 20 }, { 0.1, 0.7, 6 }, { -3.3, 9.9, 11 }, { 1e6, 1e6 + 1, 10 },
      { 1e-300, 3e-300, 7 }, { 0, 99.9, 333 }, { 5, 5 + 1e-9, 10 }, { -1e307, 1e307, 13 }, { 2, 3, 1 },
    } do
      local low, high, bins = table.unpack(case)
      local width, edges, values = (high - low) / bins, {}, {}
      for i = 0, bins do edges[i + 1] = i < bins and low + i * width or high end
      for i = 0, bins do
        for _, x in ipairs { edges[i + 1], edges[i + 1] * (1 - 2 ^ -52), edges[i + 1] * (1 + 2 ^ -52), low + i * 0.1, i / 10 } do
          values[#values + 1] = x
        end
      end
      local expected = {}
      for i = 1, bins do
        expected[i] = 0.0
        for _, x in ipairs(values) do
          if x >= edges[i] and (x < edges[i + 1] or i == bins and x == high) then expected[i] = expected[i] + 1 end
        end
      end
      local counts, got = astro.vector(values):histogram(bins, low, high)
      assert.are.same(edges, got:totable())
      assert.are.same(expected, counts:totable())
    end
  end)

  it("v:histogram refuses intervals between whose edges no number lies", function()
    assert.has_error(function() astro.vector({ 1 }):histogram(10, 1, 1 + 2 ^ -51) end)
    assert.has_error(function() astro.vector({ 0 }):histogram(10, 0, 5e-324) end)
  end)

  it("v:histogram(bins, min, max)", function()
    local counts, edges = v:histogram(2, 0, 2)
    same({ 0, 2 }, counts)
    same({ 0, 1, 2 }, edges)
  end)

  it("tostring(v)", function() assert.equal("Vector(n = 3: 3, 1, 2)", tostring(v)) end)

  it("an empty one has a sum but no mean", function()
    local empty = astro.vector {}
    assert.equal(0, empty:sum())
    assert.has_error(function() empty:mean() end)
  end)
end)
