local is_replaying = ...
local open, find, type, error, tostring = io.open, string.find, type, error, tostring
function io.open(path, mode, ...)
  if type(mode) == "string" and find(mode, "[a+]") and is_replaying() then
    error("io.open: '" .. tostring(path) .. "', mode '" .. mode .. "': --resume would write again what the script "
      .. "wrote to it before the checkpoint (open it with 'w', or after the last sim:simulate)", 2)
  end
  return open(path, mode, ...)
end
