-- Runs busted inside the program: astrolua --trust Tests/lua/run.lua Tests/lua
-- busted looks for globals that another Lua might have, so reading unset ones is allowed here.
setmetatable(_G, nil)

-- One of its parts takes the address out of a table's text; here it gets the number.
local function with_address(value) return (tostring(value):gsub("#", "0x")) end
local mediator = assert(package.searchpath("mediator", package.path), "busted is not installed")
package.loaded.mediator = loadfile(mediator, "t", setmetatable({ tostring = with_address }, { __index = _G }))()

require "busted.runner" { standalone = false }
