-- The one look of all pictures.
local style = {}

-- Okabe and Ito's palette: told apart with any kind of colour vision, and in grey.
style.colours = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" }

function style.colour(i) return style.colours[(i - 1) % #style.colours + 1] end

style.grey, style.light_grey = "#606060", "#B8B8B8"

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

-- A quantity with its unit, as axes show it. `rec`, if it knows units, has the last word.
function style.quantity_label(name, rec)
  local unit = style.units[name]
  if type(rec) == "userdata" then
    for i, quantity in ipairs(rec.quantities) do
      if quantity == name then unit = rec.units[i]:gsub("^u(%a)", "µ%1"):gsub("([%*/%(])u(%a)", "%1µ%2") end
    end
  end
  return unit and unit ~= "" and unit ~= "1" and ("%s (%s)"):format(name, unit) or name
end

-- More marks than these make a picture that no viewer opens with pleasure.
style.MAX_SPIKES, style.MAX_POINTS, style.MAX_NODES = 30000, 3000, 7

-- Width of a figure in pixels.
style.WIDTH = 760

return style
