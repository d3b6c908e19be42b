-- Phase planes: the dynamics of a cell, from its parameters.
--
-- A model here is { x, y (quantities), f (dx/dt), g (dy/dt) in units per ms, nullclines, ranges }, made from a node's parameters.
local check = require "astro.check"
local data = require "astro.plot.data"
local figures = require "astro.plot.figure"
local checked = require("astro.plot.options").checked
local style = require "astro.plot.style"
local titles = require "astro.plot.titles"
local fail = check.fail

local phase_plane = {}

local STEPS <const>, ARROWS_X <const>, ARROWS_Y <const> = 600, 22, 16

-- Brette & Gerstner (2005), doi:10.1152/jn.00686.2005, without synaptic input.
local function adaptive_exponential(get, options)
  local C_m, g_L, E_L, V_th, Delta_T = get "C_m", get "g_L", get "E_L", get "V_th", get "Delta_T"
  local a, tau_w, V_reset = get "a", get "tau_w", get "V_reset"
  local I = get "I_e" + (options.I or 0)
  local function current(V)
    local exponential = Delta_T > 0 and g_L * Delta_T * math.exp(math.min((V - V_th) / Delta_T, 700)) or 0
    return -g_L * (V - E_L) + exponential + I
  end
  local left, right = math.min(E_L, V_reset) - 15, V_th + 5 * math.max(Delta_T, 1)
  local bottom = math.min(current(V_th - 0.01), 0, a * (left - E_L))
  local top = math.max(current(E_L), a * (right - E_L), get "b" * 2)
  local margin = 0.25 * (top - bottom)
  return {
    x = "V_m", y = "w", xrange = { left, right }, yrange = { bottom - margin, top + margin },
    f = function(V, w) return (current(V) - w) / C_m end,
    g = function(V, w) return (a * (V - E_L) - w) / tau_w end,
    nullclines = { { "dV/dt = 0", current }, { "dw/dt = 0", function(V) return a * (V - E_L) end } },
    jump = (V_th - V_reset) / 2,
    note = options.I and ("I = %.4g pA"):format(I) or I ~= 0 and ("I_e = %.4g pA"):format(I) or nil,
  }
end

-- Li & Rinzel (1994), doi:10.1006/jtbi.1994.1041, at a fixed IP3.
local function li_rinzel(get, options)
  local IP3 = options.IP3 or get "IP3"
  local Ca_tot, ratio, K1, K2 = get "Ca_tot", get "ratio_ER_cyt", get "Kd_IP3_1", get "Kd_IP3_2"
  local Kd_act, Kd_inh, Km, k = get "Kd_act", get "Kd_inh", get "Km_SERCA", get "k_IP3R"
  local rate_L, rate_IP3R, rate_SERCA = get "rate_L", get "rate_IP3R", get "rate_SERCA"
  local alpha = k * Kd_inh * (IP3 + K1) / (IP3 + K2)
  local m = IP3 / (IP3 + K1)
  local function gradient(c) return (Ca_tot - c) / ratio - c end
  local function channel(c) return ratio * rate_IP3R * (m * c / (c + Kd_act)) ^ 3 * gradient(c) end
  local function pump(c) return rate_SERCA * c * c / (Km * Km + c * c) - ratio * rate_L * gradient(c) end
  local function calcium_nullcline(c)
    local cube = pump(c) / channel(c)
    return cube >= 0 and cube ^ (1 / 3) or 0 / 0
  end
  return {
    x = "Ca_astro", y = "h_IP3R", xrange = { 0, math.min(0.7, Ca_tot) }, yrange = { 0, 1 },
    f = function(c, h) return channel(c) * h ^ 3 - pump(c) end,
    g = function(c, h) return alpha * (1 - h) - k * c * h end,
    nullclines = {
      { "dCa/dt = 0", calcium_nullcline }, { "dh/dt = 0", function(c) return alpha / (alpha + k * c) end },
    },
    note = ("[IP3] = %.3g µM"):format(IP3),
  }
end

-- Options that only one of the models has.
local OWN <const> = { I = "aeif_cond_alpha_astro", IP3 = "astrocyte_lr_1994" }

local function check_own_options(nodes, options)
  for _, name in ipairs { "I", "IP3" } do
    if options[name] and nodes.model ~= OWN[name] then
      fail("phase_plane: %s is an option of %s, not of %s", name, OWN[name], nodes.model)
    end
  end
end

local MODELS <const> = { aeif_cond_alpha_astro = adaptive_exponential, astrocyte_lr_1994 = li_rinzel }

local function model_of(nodes, options)
  data.check_nodes("phase_plane", "the first argument", nodes)
  if #nodes ~= 1 then fail("phase_plane: needs one node, got %d (take one: nodes[1])", #nodes) end
  local make = MODELS[nodes.model]
  if not make then
    fail("phase_plane: there is no phase plane of %s (there are: %s)", nodes.model, table.concat(check.sorted_keys(MODELS), ", "))
  end
  check_own_options(nodes, options)
  return make(function(name) return nodes:get(name) end, options)
end

local function points_along(range, n)
  local list = {}
  for i = 0, n do list[i + 1] = range[1] + (range[2] - range[1]) * i / n end
  return list
end

local NULLCLINE_COLOURS <const> = { 1, 2 }

-- A gap where the curve leaves the picture by more than its height.
local function nullcline(curve, model, i)
  local xs, ys = points_along(model.xrange, STEPS), {}
  local height = model.yrange[2] - model.yrange[1]
  for k, x in ipairs(xs) do
    local y = curve[2](x)
    ys[k] = y > model.yrange[1] - height and y < model.yrange[2] + height and y or 0 / 0
  end
  return { style = "line", x = xs, y = ys, name = curve[1], colour = style.colour(NULLCLINE_COLOURS[i]), width = 2 }
end

-- The directions at the points of a grid, all of the same length in the picture.
local function field(model)
  local width, height = model.xrange[2] - model.xrange[1], model.yrange[2] - model.yrange[1]
  local arrows = { style = "arrows", colour = style.light_grey, x = {}, y = {}, dx = {}, dy = {} }
  for i = 0, ARROWS_X - 1 do
    for j = 0, ARROWS_Y - 1 do
      local x = model.xrange[1] + (i + 0.5) / ARROWS_X * width
      local y = model.yrange[1] + (j + 0.5) / ARROWS_Y * height
      local u, v = model.f(x, y) / width * ARROWS_X, model.g(x, y) / height * ARROWS_Y
      local length = math.sqrt(u * u + v * v)
      if length > 0 and length < math.huge then
        local n = #arrows.x + 1
        local dx, dy = 0.7 * u / length * width / ARROWS_X, 0.7 * v / length * height / ARROWS_Y
        arrows.x[n], arrows.y[n], arrows.dx[n], arrows.dy[n] = x - dx / 2, y - dy / 2, dx, dy
      end
    end
  end
  return arrows
end

-- Where the nullclines meet: by halving between two points of the grid where their difference changes sign.
local function fixed_points(model)
  local function difference(x) return model.nullclines[1][2](x) - model.nullclines[2][2](x) end
  local found, xs = {}, points_along(model.xrange, STEPS)
  for k = 2, #xs do
    local low, high = xs[k - 1], xs[k]
    local at_low, at_high = difference(low), difference(high)
    if at_low * at_high < 0 and math.abs(at_low) < 1e6 and math.abs(at_high) < 1e6 then
      for _ = 1, 60 do
        local middle = (low + high) / 2
        if difference(middle) * at_low > 0 then low = middle else high = middle end
      end
      found[#found + 1] = { low, model.nullclines[2][2](low) }
    end
  end
  return found
end

-- Stable if the trace of the Jacobian is negative and its determinant positive.
local function is_stable(model, x, y)
  local hx, hy = 1e-6 * (model.xrange[2] - model.xrange[1]), 1e-6 * (model.yrange[2] - model.yrange[1])
  local fx = (model.f(x + hx, y) - model.f(x - hx, y)) / (2 * hx)
  local fy = (model.f(x, y + hy) - model.f(x, y - hy)) / (2 * hy)
  local gx = (model.g(x + hx, y) - model.g(x - hx, y)) / (2 * hx)
  local gy = (model.g(x, y + hy) - model.g(x, y - hy)) / (2 * hy)
  return fx + gy < 0 and fx * gy - fy * gx > 0
end

local function fixed_point_series(model)
  local function marks(shape, name)
    return { style = "points", shape = shape, size = 1.1, colour = "#000000", keeps_colour = true, name = name, x = {}, y = {} }
  end
  local stable, unstable = marks("circle", "stable"), marks("ring", "unstable")
  for _, point in ipairs(fixed_points(model)) do
    local series = is_stable(model, point[1], point[2]) and stable or unstable
    series.x[#series.x + 1], series.y[#series.y + 1] = point[1], point[2]
  end
  return stable, unstable
end

-- What a recorder saw of the node; a gap where a spike resets the potential.
local function trajectory_series(model, rec, id)
  rec = check.recorder("phase_plane", rec)
  local events, times, senders = data.events_of("phase_plane", rec)
  for _, name in ipairs { model.x, model.y } do
    if rawget(events, name) == nil then fail("phase_plane: the trajectory needs %s and %s; %s was not recorded", model.x, model.y, name) end
  end
  local xs, ys = data.column("phase_plane", events, model.x, times), data.column("phase_plane", events, model.y, times)
  local x, y = {}, {}
  for i in ipairs(times) do
    if senders[i] == id then
      if model.jump and #x > 0 and xs[i] < x[#x] - model.jump then x[#x + 1], y[#y + 1] = 0 / 0, 0 / 0 end
      x[#x + 1], y[#y + 1] = xs[i], ys[i]
    end
  end
  if #x == 0 then fail("phase_plane: the trajectory holds no samples of node %d", id) end
  return { style = "line", x = x, y = y, name = "trajectory", colour = style.colour(3), width = 1.2 }
end

-- phase_plane(node [, { trajectory = rec, I = pA, IP3 = uM, field = true }])
--
-- The plane of a node's two variables: the nullclines that follow from its parameters, their intersections, and the direction of movement.
--
-- For aeif_cond_alpha_astro: V_m and w, without synaptic input; I is a current in addition to I_e. For astrocyte_lr_1994: Ca_astro
-- and h_IP3R at a fixed IP3, by default the node's current value.
--
-- `trajectory` is a recorder that sampled both.
phase_plane.phase_plane = check.public("plot.phase_plane(node [, options])", function(nodes, options)
  options = checked("phase_plane", options)
  local model = model_of(nodes, options)
  for _, name in ipairs { "xrange", "yrange" } do
    local given = options[name] or {}
    model[name] = { given[1] or model[name][1], given[2] or model[name][2] }
  end
  local series = {}
  if options.field ~= false then series[1] = field(model) end
  if options.trajectory then series[#series + 1] = trajectory_series(model, options.trajectory, nodes.ids[1]) end
  for i, curve in ipairs(model.nullclines) do series[#series + 1] = nullcline(curve, model, i) end
  for _, points in ipairs { fixed_point_series(model) } do
    if #points.x > 0 then series[#series + 1] = points end
  end
  local summary = nodes.model .. (model.note and ", " .. model.note or "")
  return figures.new("phase_plane", summary, options, {
    title = "Phase plane of " .. nodes.model .. (model.note and ", " .. titles.glued(model.note) or ""), height = 460,
    panels = {
      {
        xrange = model.xrange, yrange = model.yrange, xlabel = options.xlabel or style.quantity_label(model.x),
        ylabel = options.ylabel or style.quantity_label(model.y), series = series,
      },
    },
  })
end)

return phase_plane
