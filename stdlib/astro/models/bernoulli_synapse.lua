-- A synapse that fails now and then.
-- Source: Teramae, Tsubo & Fukai (2012), doi:10.1038/srep00485
return {
  name = "bernoulli_synapse",
  summary = "Static synapse that transmits each spike with a given probability.",
  references = {
    "Lefort, Tomm, Floyd Sarria & Petersen (2009), Neuron 61:301, doi:10.1016/j.neuron.2008.12.020",
    "Teramae, Tsubo & Fukai (2012), Sci Rep 2:485, doi:10.1038/srep00485",
  },
  parameters = { { "p_transmit", 1, "probability that a spike is handed over", "0 to 1" } },
  on_pre = "send(weight if rand() < p_transmit else 0)",
}
