-- Sparse and Synchronous at full size, over seconds 1 to 11, against the rates that the paper reports.
local analysis = require "astro.analysis"
local astro = require "astro"
local comparison = require "comparison"
local network = require "network"

local rates = { title = "Rates at full size" }

local WARM_UP <const>, TIME <const> = 1000.0, 10000.0     -- ms
local REPORTED <const> = { sparse = 4.76, synchronous = 11.95 }   -- Hz, means of nine runs; their spread is not known

rates.cases = { "sparse", "synchronous" }

function rates.run(case, seed, given)
  local sim = astro.Simulation { seed = seed, threads = given.threads }
  local cells = network.build(sim, network.parameters(case))
  local recorded = network.record(sim, cells, { interval = 10.0, start = WARM_UP })
  sim:simulate(WARM_UP + TIME)
  local window = { from = WARM_UP }
  local synchrony = analysis.synchrony(recorded.spikes, window)
  return {
    rate = analysis.rate(recorded.spikes, window), local_synchrony = synchrony.mean, global_synchrony = synchrony.global,
    cv_isi = (analysis.cv(recorded.spikes, window)), SIC_mean = recorded.currents.events.I_SIC:mean(),
    IP3_mean = recorded.calcium.events.IP3:mean(),
  }
end

local COLUMNS <const> = {
  { "cv_isi", "CV", "%.3f" }, { "local_synchrony", "local synchrony", "%.4f" }, { "global_synchrony", "global synchrony", "%.4f" },
  { "SIC_mean", "SIC (pA)", "%.1f" }, { "IP3_mean", "IP3 (uM)", "%.3f" },
}

-- Mean and standard deviation over seeds.
local function spread(values, format)
  if #values < 2 then return #values == 1 and format:format(values[1]) or "–" end
  local mean, variance = comparison.moments(values)
  return (format .. " ± " .. format):format(mean, math.sqrt(variance))
end

function rates.table(store, seeds)
  local lines = { "| network | seeds | rate (Hz) | paper (Hz) |", "|---|---|---|---|" }
  for _, column in ipairs(COLUMNS) do lines[1], lines[2] = lines[1] .. " " .. column[2] .. " |", lines[2] .. "---|" end
  for _, case in ipairs(rates.cases) do
    local values = store:values("rates", case, "rate", seeds)
    if #values > 0 then
      local line = ("| %s | %d | %s | %.2f |"):format(case, #values, spread(values, "%.3f"), REPORTED[case])
      for _, column in ipairs(COLUMNS) do
        line = ("%s %s |"):format(line, spread(store:values("rates", case, column[1], seeds), column[3]))
      end
      lines[#lines + 1] = line
    end
  end
  return lines
end

return rates
