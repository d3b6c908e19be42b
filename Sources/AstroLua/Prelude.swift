import AstroCore
import CLua
import LuaShim

/// What is set up before a script runs: `require`, the sandbox, and globals that must exist to be read.
extension Runtime {
    func installPrelude() throws {
        installAstro()
        try load(Array(preludeText.utf8), name: "=[astrolua]")
        push(.text(access.scriptDirectory), L)
        pushFunction(
            .init("refusal", "", "") { _, arguments in
                let path = try arguments.string(1, "path")
                let writing = lua_toboolean(arguments.L, 2) != 0
                return arguments.runtime.access.refusal(path, writing: writing).map { .text($0) } ?? .none
            })
        pushFunction(.init("stdlib", "", "") { _, arguments in try arguments.runtime.readStdlib(arguments) })
        pushFunctions(Self.hostFunctions)
        setField("args") { push(.list(options.arguments.map { .text($0) }), L) }
        lua_pushboolean(L, options.trust ? 1 : 0)
        guard shim_call(L, 5, 0, false) == LUA_OK else { throw InputError(text(L, at: -1)) }
        if !options.trust { makeLoadersTextOnly() }
    }

    private func installAstro() {
        pushAstro()
        pushGlobals()
        setField("astro") { lua_pushvalue(L, -3) }
        shim_pop(L, 1)
        pushText("_LOADED", L)
        lua_rawget(L, registry)
        setField("astro") { lua_pushvalue(L, -3) }
        shim_pop(L, 2)
    }

    /// The text of a module, or nil and what was tried.
    private func readStdlib(_ arguments: Arguments) throws -> LuaValue {
        let name = try arguments.string(1, "name").split(separator: ".").joined(separator: "/")
        let path = "\(name).lua"
        guard let stdlib = access.stdlib, !name.isEmpty, let bytes = readFile("\(stdlib)/\(path)") else {
            push(.none, L)
            push(.text("no module in stdlib: '\(path)'"), L)
            return .pushed(2)
        }
        push(.text(String(decoding: bytes, as: UTF8.self)), arguments.L)
        push(.text(path), arguments.L)
        return .pushed(2)
    }

    private func makeLoadersTextOnly() {
        pushGlobals()
        for (name, modeArgument) in [("load", Int32(3)), ("loadfile", 2)] {
            pushText(name, L)
            pushText(name, L)
            lua_rawget(L, -3)
            shim_push_text_only(L, modeArgument)
            lua_rawset(L, -3)
        }
        shim_pop(L, 1)
    }

    /// Reading a global that was never set names the nearest one that exists.
    func installStrictGlobals() {
        pushGlobals()
        makeStrict { "variable '\($0)' is not defined" }
        shim_pop(L, 1)
    }

    /// Reading what the table on top does not have becomes an error.
    func makeStrict(_ complaint: @escaping (String) -> String) {
        lua_createtable(L, 0, 1)
        let id = addEntry(nil) { runtime, L in
            guard lua_type(L, 2) == LUA_TSTRING else { return .none }
            let name = runtime.text(L, at: 2)
            let near = InputError.nearest(to: name, among: try runtime.names(L, in: 1))
            throw InputError(complaint(name) + (near.map { " (did you mean '\($0)'?)" } ?? ""))
        }
        setField("__index") { shim_push_method(L, id) }
        lua_setmetatable(L, -2)
    }

    private func names(_ L: LuaState, in table: Int32) throws -> [String] {
        try pushKeys(L, of: table)
        return (0..<lua_rawlen(L, -1)).compactMap { i in
            lua_rawgeti(L, -1, lua_Integer(i + 1))
            defer { shim_pop(L, 1) }
            return lua_type(L, -1) == LUA_TSTRING ? text(L, at: -1) : nil
        }
    }

    func pushGlobals() { lua_rawgeti(L, registry, lua_Integer(LUA_RIDX_GLOBALS)) }

    func setGlobal(_ name: String, _ value: LuaValue) {
        pushGlobals()
        setField(name) { push(value, L) }
        shim_pop(L, 1)
    }
}

private let preludeText = #"""
    local directory, refusal, stdlib, host, trusted = ...
    local load, loadfile, searchpath, open, find = load, loadfile, package.searchpath, io.open, string.find
    local error, type, pcall, require = error, type, pcall, require

    local own = directory .. "/?.lua;" .. directory .. "/?/init.lua"
    package.path = trusted and own .. ";" .. package.path or own

    -- A module is run once. It would be given the host again if a script took it out of package.loaded, now with functions
    -- of the script's beneath it.
    local modules = {}

    local function from_stdlib(name)
      local text, path = stdlib(name)
      if not text then return path end
      local chunk, problem = load(text, "=stdlib/" .. path, "t")
      if not chunk then error(problem, 0) end
      return function(module, place)
        if trusted or modules[name] == nil then modules[name] = chunk(module, place, host) end
        return modules[name]
      end, path
    end

    local function from_script(name)
      local path, tried = searchpath(name, package.path)
      if not path then return tried end
      local why = refusal(path, false)
      if why then return why end
      local chunk, problem = loadfile(path, "t")
      if not chunk then error(problem, 0) end
      return chunk, path
    end

    local searchers = package.searchers
    if trusted then
      package.searchers = { searchers[1], from_stdlib, searchers[2], searchers[3], searchers[4] }
      return
    end

    package.searchers = { searchers[1], from_stdlib, from_script }
    package.loadlib, package.cpath, package.searchpath = nil, nil, nil
    string.dump = nil
    debug = { traceback = debug.traceback }
    package.loaded.debug = debug

    local function guarded(call, writes)
      return function(path, ...)
        local why = type(path) == "string" and refusal(path, writes)
        if why then error(why, 2) end
        return call(path, ...)
      end
    end

    function io.open(path, ...)
      local mode = ...
      local writes = type(mode) == "string" and find(mode, "[wa+]") ~= nil
      local why = type(path) == "string" and refusal(path, writes)
      if why then return nil, why, 13 end
      return open(path, ...)
    end
    io.lines = guarded(io.lines, false)
    io.input = guarded(io.input, false)
    io.output = guarded(io.output, true)
    io.popen, io.tmpfile = nil, nil
    function _G.loadfile(path, ...)
      local why = type(path) == "string" and refusal(path, false)
      if why then return nil, why end
      return loadfile(path, ...)
    end
    function dofile(path)
      local chunk, problem = _G.loadfile(path, "t")
      if not chunk then error(problem, 2) end
      return chunk()
    end

    local remove, rename = os.remove, os.rename
    function os.remove(path)
      local why = type(path) == "string" and refusal(path, true)
      if why then return nil, why, 13 end
      return remove(path)
    end
    function os.rename(from, to)
      local why = type(from) == "string" and type(to) == "string" and (refusal(from, true) or refusal(to, true))
      if why then return nil, why, 13 end
      return rename(from, to)
    end
    os.execute, os.tmpname, os.setlocale = nil, nil, nil

    -- What may use the host is loaded before a script can exchange the functions it uses; what comes later has no host.
    for _, name in ipairs { "astro.plot", "astro.options" } do pcall(require, name) end
    host = nil
    """#
