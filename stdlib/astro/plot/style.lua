-- The one look of all pictures.
local ions = require "astro.plot.ions"

local style = {}

-- Okabe and Ito's palette: told apart with any kind of colour vision, and in grey. In place of its yellow, which is hard to see on white,
-- it has a grey.
style.colours = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999" }

function style.colour(i) return style.colours[(i - 1) % #style.colours + 1] end

style.grey, style.light_grey = "#606060", "#B8B8B8"

-- The palette by name.
style.names = {
  blue = style.colours[1], vermilion = style.colours[2], green = style.colours[3], purple = style.colours[4], orange = style.colours[5],
  sky = style.colours[6], black = style.colours[7], grey = style.grey,
}

-- From the least to the greatest value. All three keep their order in grey (`signed` from the middle outwards).
style.palettes = {
  counts = { "#FFFFFF", "#A9CFE5", "#56A0CB", "#0072B2", "#00304D" },
  power = { "#00204C", "#31446B", "#666870", "#958F78", "#CAB969", "#FFE945" },
  signed = { "#00507D", "#4D9CC9", "#FFFFFF", "#E58E4D", "#9C4500" },
}

style.units = {
  V_m = "mV", w = "pA", g_ex = "nS", g_in = "nS", I_SIC = "pA", I = "pA", IP3 = "µM", Ca_astro = "µM", Ca = "µM",
  I_syn_ex = "pA", I_syn_in = "pA", U_m = "mV/ms", SIC = "pA", rate = "Hz", weight = "nS", delay = "ms",
}

-- The same quantity has the same colour in every picture.
local QUANTITY_COLOURS <const> = { IP3 = 1, Ca_astro = 2, I_SIC = 3, V_m = 7, h_IP3R = 4, g_ex = 1, g_in = 2, w = 5 }

-- The colour of a quantity, or the i-th one.
function style.quantity_colour(name, i) return style.colour(QUANTITY_COLOURS[name] or i) end

-- What quantities are called in pictures (ions.lua sets the ions).
local SYMBOLS <const> = {
  Ca_astro = "[Ca2+]", Ca = "[Ca2+]", Ca_i = "[Ca2+]_i", IP3 = "[IP3]", K_i = "[K+]_i", K_o = "[K+]_o", Na_i = "[Na+]_i", Na_o = "[Na+]_o",
  Cl_i = "[Cl-]_i", Cl_o = "[Cl-]_o", I_SIC = "SIC",
}

-- The unit of a quantity as it is printed. `rec`, if it knows units, has the last word.
local function unit_of(name, rec)
  if type(rec) == "userdata" then
    for i, quantity in ipairs(rec.quantities) do
      if quantity == name then return (rec.units[i]:gsub("^u(%a)", "µ%1"):gsub("([%*/%(])u(%a)", "%1µ%2")) end
    end
  end
  return style.units[name]
end

-- What a quantity is called. Brackets are for concentrations: a state `Ca` with another unit keeps its name.
function style.symbol(name, rec)
  local symbol, unit = SYMBOLS[name], unit_of(name, rec)
  if symbol and symbol:find("%[") then return (unit or ""):find("^[mnpµ]*M$") and ions.set(symbol) or name end
  return symbol or name
end

-- A quantity with its unit, as axes show it.
function style.quantity_label(name, rec)
  local symbol, unit = style.symbol(name, rec), unit_of(name, rec)
  return unit and unit ~= "" and unit ~= "1" and ("%s (%s)"):format(symbol, unit) or symbol
end

-- More marks than these make a picture that no viewer opens with pleasure.
style.MAX_SPIKES, style.MAX_POINTS, style.MAX_NODES = 30000, 3000, 7

-- Width of a figure in pixels, 96 of which are an inch.
style.WIDTH = 760

-- A typeface that Debian's gnuplot and matplotlib both bring along, and its size in points; curves are a point wide.
style.FONT, style.FONT_SIZE, style.LINE = "DejaVu Sans", 10, 4 / 3

return style
