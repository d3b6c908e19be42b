import AstroCore
import CLua
import CLuaHost
import Glibc
import LuaBridge
import LuaShim

/// What is set up before a script runs: `require` and the sandbox, which prelude.lua makes of what it is given here, and globals
/// that must exist to be read.
extension Runtime {
    /// The private table that modules in stdlib get as their third argument; scripts cannot reach it.
    private static var hostFunctions: [LuaMethod<Void>] {
        drawingFunctions + fileFunctions + sweepFunctions + resultsFunctions + helpFunctions
            + Distribution.hostFunctions
    }

    func installPrelude() throws {
        installAstro()
        try load(PackageResources.prelude_lua, name: HOST_PROGRAM_CHUNK)
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
    private static let usualModules = [
        "analysis", "io", "options", "plot", "presets", "report", "show", "sweep", "trains",
    ]

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
        if Catalogue.rules.contains(name) { return "the name of a rule is written in quotes: \"\(name)\"" }
        if let meaning = MessageHints.meaning(ofGlobal: name) { return meaning }
        let isModel = Catalogue.models.contains { $0.name == name }
        return isModel ? "the name of a model is written in quotes: \"\(name)\"" : nil
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
