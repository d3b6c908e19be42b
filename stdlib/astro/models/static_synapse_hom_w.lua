-- A synapse without memory.
return {
  name = "static_synapse_hom_w",
  summary = "Static synapse with one weight for all connections. static_synapse does the same: it stores equal weights only once.",
  notes = { "static_synapse is the same and faster. The weight may be given in connect, which NEST refuses." },
  on_pre = "send(weight)",
}
