local astro = require "astro"
local rows = require "astro.repl.rows"

describe("values as rows, for a notebook", function()
  local function read(value)
    local text = rows.text(value)
    return text and (text:gsub("\x1F", "|"):gsub("\x1E", "\n"))
  end

  it("are lists of records, with what is missing left empty", function()
    assert.equal("a|b\n1|x\n2.5|", read { { a = 1, b = "x" }, { a = 2.5 } })
    assert.equal("ok\ntrue", read { { ok = true } })
  end)

  it("are lists of lists of one length", function()
    assert.equal("1|2\n1|2\n3|4", read { { 1, 2 }, { 3, 4 } })
    assert.is_nil(read { { 1, 2 }, { 3 } })
    assert.is_nil(read { { 1, 2 } })
  end)

  it("are columns of one length, times and senders first", function()
    assert.equal("times|senders|Ca\n1|5|0.1\n2|5|0.2", read { Ca = { 0.1, 0.2 }, senders = { 5, 5 }, times = astro.vector { 1, 2 } })
    assert.is_nil(read { a = { 1, 2 }, b = { 1 } })
    assert.is_nil(read { a = 1 })
  end)

  it("are what recorders hold", function()
    local sim = astro.Simulation {}
    local recorder = sim:record(sim:create "astrocyte_lr_1994", { "Ca_astro" })
    sim:simulate(1)
    assert.truthy(read(recorder.events):find "^times|senders|Ca_astro\n1|1|0%.07")
    assert.truthy(read(recorder):find "^Recorder%(.-%)|\nof|")
  end)

  it("are cut after thirty, and long texts after eighty characters", function()
    local many = {}
    for i = 1, 100 do many[i] = { i = i } end
    local text = read(many)
    assert.equal(32, select(2, text:gsub("[^\n]+", "")))
    assert.truthy(text:find "70 more$")
    assert.equal(80, utf8.len(read { { text = ("µ"):rep(500) } }:match "\n(.*)"))
  end)

  it("hold nothing that would pass for a separator", function()
    assert.equal("a\nx\\x1fy\\x1ez", read { { a = "x\x1Fy\x1Ez" } })
  end)

  it("are nothing else", function()
    for _, value in ipairs { 1, "text", { 1, 2 }, {}, astro.vector { 1 }, { { {} } }, { { f = print } } } do assert.is_nil(read(value)) end
    assert.is_nil(read(nil))
  end)
end)
