-- Lua, made reproducible.
local function keys(t)
  local result = {}
  for k in pairs(t) do result[#result + 1] = k end
  return result
end

describe("pairs", function()
  it("goes through numbers, then strings, then booleans", function()
    local t = { z = 1, a = 1, [3] = 1, [1.5] = 1, [-2] = 1, [true] = 1, [false] = 1 }
    assert.are.same({ -2, 1.5, 3, "a", "z", false, true }, keys(t))
  end)

  it("goes through objects in the order of their making", function()
    local a, b, c = {}, {}, {}
    assert.are.same({ a, b, c }, keys { [c] = 1, [a] = 1, [b] = 1 })
  end)

  it("leaves out what is removed meanwhile", function()
    local t, seen = { a = 1, b = 1, c = 1 }, {}
    for k in pairs(t) do
      seen[#seen + 1] = k
      t.b = nil
    end
    assert.are.same({ "a", "c" }, seen)
  end)

  it("honours __pairs", function()
    local t = setmetatable({}, { __pairs = function() return function(_, k) return not k and 1 or nil end, nil, nil end })
    assert.are.same({ 1 }, keys(t))
  end)
end)

describe("next", function()
  it("goes the way of pairs", function()
    local t, seen = { b = 1, a = 1, 1, 1 }, {}
    for k in next, t do seen[#seen + 1] = k end
    assert.are.same({ 1, 2, "a", "b" }, seen)
    assert.equal(1, (next(t)))
    assert.is_nil(next {})
  end)

  it("takes a large table in good time", function()
    local t, n = {}, 0
    for i = 1, 1e5 do t["key" .. i] = i end
    for _ in next, t do n = n + 1 end
    assert.equal(1e5, n)
  end)

  it("lets the key it is at be removed", function()
    local t, seen = { a = 1, b = 1, c = 1 }, {}
    for k in next, t do
      seen[#seen + 1] = k
      t[k] = nil
    end
    assert.are.same({ "a", "b", "c" }, seen)
    assert.is_nil(next(t))
  end)

  it("refuses a key that is not there", function() assert.has_error(function() next({ a = 1 }, "b") end) end)
end)

describe("table.sort", function()
  it("sorts and keeps the order of equals", function()
    local list = {}
    for i = 1, 1000 do list[i] = { i % 7, i } end
    table.sort(list, function(a, b) return a[1] < b[1] end)
    for i = 2, #list do
      local a, b = list[i - 1], list[i]
      assert.is_true(a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]))
    end
  end)
end)

describe("tostring", function()
  it("numbers what it shows", function()
    local first, second = {}, {}
    local text = tostring(first)
    assert.is_truthy(text:find("^table: #%d+$"))
    assert.equal(text, tostring(first))
    assert.are_not.equal(text, tostring(second))
    assert.equal(text, ("%s"):format(first))
    assert.is_truthy(("%p"):format(first):find("^#%d+$"))
  end)

  it("formats all else as Lua does", function()
    assert.equal("  3.14|x   |7%", ("%6.2f|%-4s|%d%%"):format(3.14159, "x", 7))
  end)
end)

describe("math.random", function()
  it("goes back to the run's seed", function()
    math.randomseed()
    local a = { math.random(), math.random(100) }
    math.randomseed()
    assert.are.same(a, { math.random(), math.random(100) })
  end)
end)
