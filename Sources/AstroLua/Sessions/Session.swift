import AstroCore
import CLua
import CLuaHost
import LuaBridge
import LuaShim

/// A conversation with one `Runtime`: the Swift side of stdlib/astro/repl/session.lua, which does the work.
///
/// It is made before a script runs, so that it uses Lua's own functions whatever the script does to them.
public final class Session {
    private let runtime: Runtime
    private var L: LuaState { runtime.L }

    public init(_ runtime: Runtime) throws {
        self.runtime = runtime
        runtime.pushGlobals()
        runtime.pushText("require", L)
        lua_rawget(L, -2)
        runtime.push(.text("astro.repl.session"), L)
        guard host_call(L, 1, 1, false) == LUA_OK else {
            throw InputError("the REPL cannot start: \(runtime.text(L, at: -1))")
        }
        lua_rawsetp(L, registry, sessionKey)
        shim_pop(L, 1)
        _ = call("start", [])
    }

    /// Columns of the terminal, and whether what is printed and what is complained about may be coloured.
    public func configure(width: Int, colours: Bool, errorColours: Bool) {
        _ = call("set", [.text("width"), .integer(width)])
        _ = call("set", [.text("colours"), .flag(colours)])
        _ = call("set", [.text("error_colours"), .flag(errorColours)])
    }

    public func printBanner() { _ = call("banner", [.text(Catalogue.version)]) }

    /// What a script has left as its outermost local variables becomes the session's.
    public func adoptLocals() {
        pushFunction("adopt")
        shim_push_kept_locals(L)
        if host_call(L, 1, 0, false) != LUA_OK { shim_pop(L, 1) }
    }

    /// Runs what was entered and prints what comes of it; `leaves` if that ends the session.
    public func evaluate(_ text: String) -> (outcome: Outcome, leaves: Bool) {
        let top = lua_gettop(L)
        defer { lua_settop(L, top) }
        pushFunction("evaluate")
        runtime.push(.text(text), L)
        let status = runtime.call(arguments: 1, results: 1)
        let leaves = status == LUA_OK && lua_toboolean(L, -1) != 0
        return (runtime.finish(status), leaves)
    }

    /// Is the text the beginning of a longer statement?
    public func needsMore(_ text: String) -> Bool { call("needs_more", [.text(text)]).first == "true" }

    /// What the next line of an unfinished text begins with.
    public func indentation(after text: String) -> String { call("indent", [.text(text)]).first.flatMap { $0 } ?? "" }

    /// How many spaces less the last line should begin with: it closes a block.
    public func excessIndentation(in text: String) -> Int {
        call("excess_indent", [.text(text)]).first.flatMap { $0 }.flatMap { Int($0) } ?? 0
    }

    /// What Tab inserts behind the text, and a list to show.
    public func complete(_ text: String, lines: Int) -> (insertion: String, list: String?) {
        let results = call("tab", [.text(text), .integer(lines)])
        return (results.first.flatMap { $0 } ?? "", results.count > 1 ? results[1] : nil)
    }

    /// Calls a function of the session's table; its results as texts. One that fails has no results.
    private func call(_ name: String, _ arguments: [LuaValue]) -> [String?] {
        let top = lua_gettop(L)
        defer { lua_settop(L, top) }
        pushFunction(name)
        for argument in arguments { runtime.push(argument, L) }
        guard host_call(L, Int32(arguments.count), LUA_MULTRET, false) == LUA_OK else { return [] }
        guard lua_gettop(L) > top else { return [] }
        return (top + 1...lua_gettop(L)).map { index in
            switch lua_type(L, index) {
            case LUA_TSTRING, LUA_TNUMBER: return runtime.text(L, at: index)
            case LUA_TBOOLEAN: return lua_toboolean(L, index) != 0 ? "true" : "false"
            default: return nil
            }
        }
    }

    private func pushFunction(_ name: String) {
        lua_rawgetp(L, registry, sessionKey)
        runtime.pushText(name, L)
        lua_rawget(L, -2)
        lua_rotate(L, -2, 1)
        shim_pop(L, 1)
    }
}

/// Its address marks the session's table in the registry.
nonisolated(unsafe) private let sessionKey = UnsafeRawPointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))
