-- Takes, in the file that is open, the fix that the server offers for a finding, and saves.

local function wait(what, there)
  if not vim.wait(20000, there, 20) then
    io.stderr:write("waited in vain for " .. what .. "\n")
    vim.cmd("cquit")
  end
end

local function found()
  return vim.tbl_filter(function(one) return one.code == "api-unknown-field" end, vim.diagnostic.get(0))[1]
end

wait("the diagnostic", found)
local one = found()
io.stdout:write("shown: " .. one.message .. "\n")
vim.api.nvim_win_set_cursor(0, { one.lnum + 1, one.col })
-- The first of what is offered, as Enter takes it.
vim.ui.select = function(items, _, chosen) chosen(items[1], 1) end
vim.lsp.buf.code_action()
wait("the fix", function() return vim.bo.modified end)
wait("the diagnostic to go", function() return not found() end)
vim.cmd("write")
vim.cmd("quitall")
