-- A synapse without memory.
return {
  name = "static_synapse_hom_w",
  summary = "Static synapse. The reference has it for weights that are alike, which static_synapse stores once as it is.",
  notes = { "static_synapse is the same and faster. Here the weight may be given in connect, where the reference refuses it." },
  on_pre = "send(weight)",
}
