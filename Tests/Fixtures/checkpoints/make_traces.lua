-- Made version-3-traces.checkpoint for Tests/lua/target_traces_spec.lua, with the program of commit f7f4312, the last one that wrote
-- version 3: astrolua make_traces.lua, in this folder. Connections have traces of their targets of their own. What is printed
-- stands in the spec.
local sim = dofile "traces.lua"
sim:simulate(90)
sim:save("version-3-traces.checkpoint")
local synapses = sim:connections { synapse_model = "stdp_pl_synapse_hom" }
local function list(values)
  local texts = {}
  for i = 1, #values do texts[i] = ("%.15g"):format(values[i]) end
  return "{ " .. table.concat(texts, ", ") .. " }"
end
print("at the checkpoint", list(synapses:get "Kminus"))
sim:simulate(100)
print("100 ms later", list(synapses.weight), list(synapses:get "Kminus"))
