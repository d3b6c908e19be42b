-- All results of Docs/paper.md: does the missing runs, prints the tables, draws the figures.
--
-- Single runs are stored in paper_runs.csv (--out DIR) and not repeated, so the script may be interrupted. --part and --cases select runs,
-- --seeds their number. The tables of the page have 10 seeds.
-- test: --part nest --cases no_tripartite --seeds 2
local results = require "results"

local PARTS = { "nest", "rates", "experiment", "resolution" }

local options = require "astro.options" {
  "The tables and figures of the page on the paper.",
  { "part", "all", "what to run", { "all", "nest", "rates", "experiment", "resolution" } },
  { "cases", "all", "networks or conditions to run, separated by commas" },
  { "seeds", 10, "number of seeds" },
  { "threads", 0, "number of threads; 0: all cores" },
  { "format", "png", "format of the figures", { "svg", "png", "pdf" } },
}

local function is_wanted(list, name) return list == "all" or ("," .. list .. ","):find("," .. name .. ",", 1, true) end

local store = results.open(options.out .. "/paper_runs.csv")
local given = { threads = options.threads > 0 and options.threads or nil }

for _, name in ipairs(PARTS) do
  if is_wanted(options.part, name) then
    local part = require("parts." .. name)
    for seed = 1, options.seeds do
      for _, case in ipairs(part.cases) do
        if is_wanted(options.cases, case) then
          store:once(name, case, seed, function() return part.run(case, seed, given) end)
        end
      end
    end
    print("\n## " .. part.title .. "\n")
    for _, line in ipairs(part.table(store, options.seeds)) do print(line) end
    if part.figures then part.figures(store, options.seeds, function(figure) return options:figure(figure) end) end
  end
end
