-- Reads what foreign.py has made.
local astro = require "astro"
local io = require "astro.io"

local function exists(path)
  local file = _G.io.open(path)
  if file then file:close() end
  return file ~= nil
end

if not exists "foreign.npz" then return print "skipped: there are no files of others" end

local function check(name, events)
  assert(events.times == astro.vector { 1.5, 2.0, 2.0 }, name)
  assert(#events.senders == 3, name)
end

for _, name in ipairs { "foreign.npz", "one.h5", "old.h5" } do check(name, io.read(name)) end
check("two.h5", io.read("two.h5", { population = "lgn" }))

local refused = {
  { "compressed.npz", "is compressed" }, { "matrix.npz", "has 2 dimensions" },
  { "two.h5", "name one of them, population = 'lgn' %(there are: lgn, v1%)" }, { "external_link.h5", "is a link; links are not followed" },
  { "soft_link.h5", "has no /spikes/v1/node_ids" }, { "external_storage.h5", "are in another file, which is not read" },
  { "virtual.h5", "are in another file, which is not read" }, { "unequal.h5", "has 3 times and 2 nodes" },
  { "texts.h5", "holds no numbers" },
}
for _, case in ipairs(refused) do
  local done, problem = pcall(io.read, case[1])
  assert(not done and problem:find(case[2]), case[1] .. ": " .. tostring(problem))
end
local _, problem = pcall(io.read, "soft_link.h5", { population = "v2" })
assert(problem:find "is a link; links are not followed", problem)

local sim = astro.Simulation {}
local cells = sim:create("aeif_cond_alpha_astro", 3)
assert(io.connect(sim, "edges.h5", { source = cells, target = cells }) == 3)
local c = sim:connections()
assert(c.source == astro.vector { 1, 1, 2 } and c.target == astro.vector { 2, 3, 3 })
assert(c.weight == astro.vector { 0.1, 0.2, 0.3 } and c.delay == astro.vector { 3, 2, 1 })
print("passed  files of others")
