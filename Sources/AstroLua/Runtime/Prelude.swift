import AstroCore
import CLua
import CLuaHost
import Glibc
import LuaBridge
import LuaShim

/// What is set up before a script runs: `require`, the sandbox, and globals that must exist to be read.
extension Runtime {
    func installPrelude() throws {
        installAstro()
        try load(Array(preludeText.utf8), name: HOST_PROGRAM_CHUNK)
        push(.text(access.scriptDirectory), L)
        pushFunction(
            .init("admitted", "", "") { _, arguments in
                let runtime = arguments.runtime
                let purpose = Purpose(rawValue: try arguments.string(2, "purpose")) ?? .change
                do {
                    return .text(try runtime.admit(try arguments.path(1), for: purpose))
                } catch {
                    runtime.latestRefusal = "\(error)"
                    runtime.push(.none, arguments.L)
                    runtime.push(.text("\(error)"), arguments.L)
                    return .pushed(2)
                }
            })
        pushFunction(.init("stdlib", "", "") { _, arguments in try arguments.runtime.readStdlib(arguments) })
        pushFunctions(Self.hostFunctions)
        setField("args") { push(.list(options.arguments.map { .text($0) }), L) }
        lua_pushboolean(L, options.trust ? 1 : 0)
        lua_pushboolean(L, options.hasPrompt ? 1 : 0)
        lua_pushboolean(L, Ranks.all.rank > 0 ? 1 : 0)
        host_push_guard_maker(L)
        guard host_call(L, 8, 0, false) == LUA_OK else { throw InputError(text(L, at: -1)) }
        if options.trust { return }
        guard host_confine(L) == LUA_OK else { throw InputError(text(L, at: -1)) }
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

    /// The text of a module, its path, and what Lua calls it; or nil and what was tried.
    func readStdlib(_ arguments: Arguments) throws -> LuaValue {
        let name = try arguments.string(1, "name")
        let path = name.split(separator: ".").joined(separator: "/") + ".lua"
        let isPlain = name.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || isalnum(Int32($0)) != 0
        }
        errno = 0
        guard let stdlib = access.stdlib, !name.isEmpty, isPlain, let bytes = readFile("\(stdlib)/\(path)") else {
            if ![0, ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno) {
                throw InputError("cannot read stdlib/\(path): \(String(cString: strerror(errno)))")
            }
            push(.none, L)
            push(.text("no module in stdlib: '\(path)'\(Self.meantModule(name))"), L)
            return .pushed(2)
        }
        ledger?.noteLibrary(path, bytes)
        push(.text(String(decoding: bytes, as: UTF8.self)), arguments.L)
        push(.text(path), arguments.L)
        push(.text(HOST_LIBRARY_CHUNK + path), arguments.L)
        return .pushed(3)
    }

    private static func meantModule(_ name: String) -> String {
        let whole = usualModules.map { "astro.\($0)" } + ["astro.help"]
        let meant = usualModules.contains(name) ? "astro.\(name)" : InputError.nearest(to: name, among: whole)
        return meant.map { " (did you mean '\($0)'?)" } ?? ""
    }

    /// Modules that scripts call by their last name.
    private static let usualModules = ["analysis", "io", "options", "plot", "presets", "report", "show", "sweep"]

    /// Reading a global that was never set names the nearest one that exists, or how the module is loaded.
    func installStrictGlobals() {
        pushGlobals()
        makeStrict(hint: Self.meaning(ofGlobal:), others: Self.localNames) { "variable '\($0)' is not defined" }
        shim_pop(L, 1)
    }

    /// What a name means where it is no variable.
    private static func meaning(ofGlobal name: String) -> String? {
        if usualModules.contains(name) { return "local \(name) = require \"astro.\(name)\"" }
        if name == "random" || astroFunctions.contains(where: { $0.name == name }) {
            return "did you mean astro.\(name)?"
        }
        if Catalogue.rules.contains(name) { return "the name of a rule stands between quotes: \"\(name)\"" }
        if let meaning = MessageHints.meaning(ofGlobal: name) { return meaning }
        let isModel = Catalogue.models.contains { $0.name == name }
        return isModel ? "the name of a model stands between quotes: \"\(name)\"" : nil
    }

    /// Local variables of the function that called this one, and of those around it.
    private static func localNames(_ L: LuaState) -> [String] {
        var activation = lua_Debug()
        guard lua_checkstack(L, 2) != 0, lua_getstack(L, 1, &activation) != 0 else { return [] }
        let top = lua_gettop(L)
        defer { lua_settop(L, top) }
        var names: [String] = []
        func collect(_ next: (Int32) -> UnsafePointer<CChar>?) {
            var i: Int32 = 1
            while let name = next(i) {
                names.append(String(cString: name))
                shim_pop(L, 1)
                i += 1
            }
        }
        collect { lua_getlocal(L, &activation, $0) }
        if lua_getinfo(L, "f", &activation) != 0 { collect { lua_getupvalue(L, top + 1, $0) } }
        return names.filter { $0.first != "(" && $0 != "_ENV" && !$0.isEmpty }
    }
}

private let preludeText = #"""
    local directory, admitted, stdlib, host, trusted, has_prompt, another_writes, guard = ...
    local load, loadfile, open, lines = load, loadfile, io.open, io.lines
    local find, gmatch, gsub, concat = string.find, string.gmatch, string.gsub, table.concat
    local error, type, pcall, require, next = error, type, pcall, require, next

    -- for help, completion and pretty-printing, which must run nothing of the user's
    host.debug = { getmetatable = debug.getmetatable, getinfo = debug.getinfo, getlocal = debug.getlocal }

    -- Of several ranks, all of which run the script, the first one writes.
    if another_writes then
      local really_open, output = open, io.output
      local function writes(mode) return type(mode) == "string" and find(mode, "[wa+]") ~= nil end
      local function opened(path, mode, ...) return really_open(writes(mode) and "/dev/null" or path, mode, ...) end
      open, io.open = opened, opened
      function io.output(file) return output(type(file) == "string" and "/dev/null" or file) end
      function os.remove() return true end
      os.rename = os.remove
    end

    local own = directory .. "/?.lua;" .. directory .. "/?/init.lua"
    package.path = trusted and own .. ";" .. package.path or own

    -- In the sandbox a module is run once, and sees globals of its own (`clean`, below), not what a script has made of its. So
    -- a script that takes it out of package.loaded, or puts another in its place, changes nothing beneath it.
    local modules, clean = {}, nil

    local function from_stdlib(name)
      local text, path, called = stdlib(name)
      if not text then return path end
      local chunk, problem = load(text, called, "t", clean or _G)
      if not chunk then error(problem, 0) end
      return function(module, place)
        if trusted or modules[name] == nil then modules[name] = chunk(module, place, host) end
        return modules[name]
      end, path
    end

    local searchers = package.searchers
    if trusted then
      package.searchers = { searchers[1], from_stdlib, searchers[2], searchers[3], searchers[4] }
      return
    end

    -- Each place is asked for permission before it is looked at: what is outside the sandbox cannot even be seen to be there.
    local function from_script(name)
      local tried = {}
      for template in gmatch(package.path, "[^;]+") do
        local path = gsub(template, "%?", { ["?"] = gsub(name, "%.", "/") })
        local place, why = admitted(path, "code")
        local file, problem, code
        if place then file, problem, code = open(place) end
        if code == 23 or code == 24 then error("cannot read " .. problem, 0) end   -- too many open files
        if code and code ~= 2 then why = "cannot read " .. problem end
        if file then
          file:close()
          local chunk, wrong = loadfile(place, "t")
          if not chunk then error(wrong, 0) end
          return chunk, path
        end
        tried[#tried + 1] = why or "no file '" .. path .. "'"
      end
      return concat(tried, "\n\t")
    end
    package.searchers = { searchers[1], from_stdlib, from_script }

    -- The whitelist. What is not named here is not there, whatever a later Lua may bring.
    local kept = {
      _G = "assert astro collectgarbage coroutine debug dofile error getmetatable io ipairs load loadfile math next os package "
        .. "pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring type "
        .. "utf8 warn xpcall _G _VERSION",
      coroutine = "close create isyieldable resume running status wrap yield",
      debug = "traceback",
      io = "close flush input lines open output read stderr stdin stdout type write",
      os = "clock date difftime exit getenv remove rename time",
      package = "config loaded path preload searchers",
      string = "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper",
    }
    for name, list in next, kept do
      local allowed, library = {}, name == "_G" and _G or _G[name]
      for word in gmatch(list, "%S+") do allowed[word] = true end
      for key in next, library do
        if not allowed[key] then library[key] = nil end
      end
    end

    -- Paths, before Lua's own functions see them: the place where what a script calls `path` is found, or nil and why not.
    local function to(purpose)
      return function(path) return admitted(path, purpose) end
    end
    local function to_open(path, _, mode)
      local writes = mode and find(mode, "[wa+]")
      return admitted(path, not writes and "read" or find(mode, "w") and "write" or "change")
    end
    io.open = guard(open, to_open, 1)
    io.lines = guard(lines, to "read", 1, true)
    io.input = guard(io.input, to "read", 1, true)
    io.output = guard(io.output, to "write", 1, true)
    _G.load = guard(load, nil, 0, false, 3)
    _G.loadfile = guard(loadfile, to "code", 1, false, 2)
    function dofile(path)
      if path ~= nil and type(path) ~= "string" then
        error(("bad argument #1 to 'dofile' (string expected, got %s)"):format(type(path)), 2)
      end
      local chunk, problem = _G.loadfile(path, "t")
      if not chunk then error(problem, 2) end
      return chunk()
    end

    os.remove = guard(os.remove, to "write", 1)
    os.rename = guard(os.rename, function(path, i) return admitted(path, i == 1 and "change" or "write") end, 2)

    -- The prompt's modules work on the session's globals, so they are loaded before anything can change these.
    if has_prompt then
      for _, name in ipairs { "astro.plot", "astro.options", "astro.io", "astro.sweep", "astro.repl.session" } do
        pcall(require, name)
      end
    end

    -- The globals as they are now, for modules in stdlib that a script will ask for.
    clean = {}
    for name, value in next, _G do
      local copy = value
      if type(value) == "table" and value ~= _G and value ~= package then
        copy = {}
        for key, part in next, value do copy[key] = part end
      end
      clean[name] = copy
    end
    clean._G = clean
    function clean.require(name)
      if name == "astro" then return clean.astro end
      local loader, path = from_stdlib(name)
      if type(loader) ~= "function" then error(loader, 0) end
      return loader(name, path)
    end
    """#
