-- Ions and IP3 as they are printed: [Ca2+] becomes [Ca²⁺]. These are characters, not markup, so every format and a terminal shows them.
local gsub, utf8 = string.gsub, utf8

local ions = {}

local NAMES <const> = {
  ["Ca2+"] = "Ca²⁺", ["Mg2+"] = "Mg²⁺", ["Zn2+"] = "Zn²⁺", ["K+"] = "K⁺", ["Na+"] = "Na⁺", ["H+"] = "H⁺", ["Cl-"] = "Cl⁻",
  ["HCO3-"] = "HCO₃⁻", ["IP3"] = "IP₃",
}

-- Inside and outside of a cell.
local PLACES <const> = { _i = "ᵢ", _o = "ₒ" }

local function in_brackets(name, place)
  local ion = NAMES[name]
  return ion and "[" .. ion .. "]" .. (PLACES[place] or place)
end

-- Text with its ions set: those in brackets, with _i or _o behind them, and Ca2+, Mg2+ and Zn2+ as words. K+ and the like stay as they
-- are outside of brackets, where they might mean something else.
function ions.set(text)
  text = gsub(text, "%[(%w+[+-]?)%](_[io])%f[^%w_]", in_brackets)
  text = gsub(text, "%[(%w+[+-]?)%]", function(name) return in_brackets(name, "") end)
  return (gsub(text, "%f[%w_](%u%l2%+)", NAMES))
end

local PLAIN <const> = {
  ["²"] = "2", ["₃"] = "3", ["⁺"] = "+", ["⁻"] = "-", ["ᵢ"] = "i", ["ₒ"] = "o", ["µ"] = "u", ["±"] = "~", ["–"] = "-", ["→"] = ">",
  ["…"] = ".", ["\u{A0}"] = " ",
}

-- For a screen that has no more than ASCII: as many characters as before.
function ions.ascii(text) return (gsub(text, utf8.charpattern, function(c) return #c > 1 and (PLAIN[c] or "?") or nil end)) end

return ions
