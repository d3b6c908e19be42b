std = "lua54"
max_line_length = 140
read_globals = { "astro" }
-- what runs before a script puts its own in the place of functions of Lua
files["Sources"] = { ignore = { "121", "122" } }
files["Tests/lua"] = { std = "+busted", max_line_length = false }
files["Tests/lua/run.lua"] = { ignore = { "122" } }
