std = "lua54"
max_line_length = 140
read_globals = { "astro" }
files["Tests/lua"] = { std = "+busted", max_line_length = false }
files["Tests/lua/run.lua"] = { ignore = { "122" } }
