-- Reading and writing events and connections in the file formats of the field.
--
--   local io = require "astro.io"
--   local events = io.read("spikes.h5")                  as rec.events: times (ms), senders, and what was sampled
--   io.save_connections(sim:connections(), "network.h5")
--   io.connect(other, "network.h5")                      makes the connections again
--
-- rec:save(path) writes events. Docs/files.md describes the formats.
local _, _, host = ...
local check = require "astro.check"
local fail, public = check.fail, check.public
local stderr = io.stderr
local io = {}

local function checked(call, options, known)
  if options == nil then return {} end
  if type(options) ~= "table" then fail("%s: options must be a table, got %s", call, check.shown(options)) end
  for key in pairs(options) do
    if not check.includes(known, key) then fail("%s: there is no option '%s' (%s)", call, tostring(key), check.suggestion(key, known)) end
  end
  return options
end

local READ <const>, CONNECT <const> = { "population" }, { "population", "source", "synapse", "target" }

-- The events of a .csv, .dat, .gdf, .npz or .h5 (SONATA) file: a table of Vectors, `times` in ms, `senders`, and each sampled
-- quantity by name. A .gdf or .dat file that begins with numbers has two columns, sender and time, as NEST 2 wrote spikes.
-- Senders are global ids; in a SONATA file of another program they are its node ids, from 0.
-- A file contains neither the silent nodes nor the recorded time: for pictures and analysis, add `nodes` and `window = { from, to }` to
-- the table.
-- An incomplete last line, left by a program that was stopped, is ignored; a message on standard error says so and is also the
-- second return value.
-- options: `population`, one of several in a SONATA file.
io.read = public(function(path, options)
  local events, note = host.read(path, checked("read", options, READ).population)
  if note then stderr:write("io.read: ", note, "\n") end
  return events, note
end)

-- The connections of a .csv or .h5 (SONATA edges) file: a table of Vectors `source`, `target`, `weight`, `delay` (ms) and the
-- models' parameters (nan if a model has no parameter of that name), and `synapse_model`, a table of names.
-- options: `population`, one of several in a SONATA file.
io.read_connections = public(function(path, options)
  return host.read_connections(path, checked("read_connections", options, READ).population)
end)

-- Writes connections, as returned by sim:connections { … }, to a .csv or .h5 (SONATA edges) file.
io.save_connections = public(function(connections, path) host.save_connections(connections, path) end)

-- Creates the connections listed in a file, or in a table such as read_connections returns; returns their number.
-- options: `source` and `target`, the Nodes to which ids in the file refer (from 1 in a .csv file, from 0 in SONATA files); without
-- them, ids are global; `synapse`, as in sim:connect, which overrides the file; `population`.
io.connect = public(function(sim, connections, options)
  options = checked("connect", options, CONNECT)
  return host.connect(sim, connections, options.source, options.target, options.synapse, options.population)
end)

check.module("astro.io", io)
return io
