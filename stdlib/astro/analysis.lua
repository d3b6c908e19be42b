-- Numbers from recordings: rates, intervals, synchrony, spectra, calcium events.
--
--   local analysis = require "astro.analysis"
--   print(analysis.rate(spikes, { from = 1000 }), analysis.cv(spikes))
--   print(analysis.synchrony(spikes, { from = 1000 }).global)
--
-- Spikes are a spike Recorder, a table { times =, senders = }, or a Vector or table of times (one train). Signals are what
-- analysis.signal and analysis.rate_over_time return, or a Vector with the option `interval`. Times are in ms, rates and
-- frequencies in Hz. The parts, each with its functions' shapes and sources: analysis/spikes.lua, counts.lua, synchrony.lua,
-- signals.lua, spectrum.lua, lags.lua, calcium.lua, statistics.lua, plasticity.lua.
local check = require "astro.check"

local analysis = {}

for _, part in ipairs { "spikes", "counts", "synchrony", "signals", "spectrum", "lags", "calcium", "statistics", "plasticity" } do
  for name, f in pairs(require("astro.analysis." .. part)) do analysis[name] = f end
end

check.module("astro.analysis", analysis, {
  isi = "intervals", isis = "intervals", psth = "rate_over_time", firing_rate = "rate", firing_rates = "rates",
  sta = "spike_triggered_average", fano_factor = "fano", psd = "power_spectrum", welch = "power_spectrum", ccf = "cross_correlation",
})
return analysis
