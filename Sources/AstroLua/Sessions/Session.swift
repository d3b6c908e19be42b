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

    /// Something to show, which comes while an input is evaluated.
    public struct Display: Equatable, Sendable {
        public enum Kind: String, Sendable {
            /// What an expression has come to.
            case value
            /// Help, or a list that was asked for.
            case page
            case note, error
            /// What to do about an error.
            case hint
        }

        public let kind: Kind
        /// Values and pages may be coloured (`configure`); of the rest nothing is made visible yet.
        public let text: String
        /// In a notebook: the rows of a value that is a table, or the traceback of an error.
        public let more: String?
    }

    /// Shows it at once. What it throws is an error in what is evaluated.
    public var display: (Display) throws -> Void = { _ in }

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
        tell("show_with") { runtime.pushFunction(displaying) }
        tell("start")
    }

    private var displaying: LuaMethod<Void> {
        .init("show_text", "", "", takes: 3) { [weak self] _, arguments in
            guard let kind = Display.Kind(rawValue: try arguments.string(1, "kind")) else {
                throw InputError("there is no such kind of display")
            }
            let more = arguments.isNothing(3) ? nil : try arguments.string(3, "more")
            try self?.display(Display(kind: kind, text: try arguments.string(2, "text"), more: more))
            return .nothing
        }
    }

    /// Columns of what shows values and help, and whether these may be coloured, as a terminal takes it.
    public func configure(width: Int, colours: Bool) {
        tell("set", .text("width"), .integer(width))
        tell("set", .text("colours"), .flag(colours))
    }

    /// What is evaluated next is a cell of a notebook. Messages call it by this name, and displays say `more`.
    public func beginCell(_ name: String) { tell("begin_cell", .text(name)) }

    /// What a script has left as its outermost local variables becomes the session's.
    public func adoptLocals() { tell("adopt") { shim_push_kept_locals(L) } }

    /// Runs what was entered and displays what comes of it; `leaves` if that ends the session.
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
    public func needsMore(_ text: String) -> Bool {
        call("needs_more", .text(text)) { lua_toboolean(L, $0) != 0 } ?? false
    }

    /// What the next line of an unfinished text begins with.
    public func indentation(after text: String) -> String { call("indent", .text(text), reading: self.text) ?? "" }

    /// How many spaces less the last line should begin with: it closes a block.
    public func excessIndentation(in text: String) -> Int {
        call("excess_indent", .text(text)) { Int(lua_tointegerx(L, $0, nil)) } ?? 0
    }

    /// What can stand at the cursor.
    public func completions(_ text: String, at cursor: String.Index) -> Completions {
        call("completions", .text(String(text[..<cursor]))) { first -> Completions? in
            Completions(
                typed: self.text(first) ?? "", insertion: self.text(first + 1) ?? "", candidates: candidates(first + 2))
        } ?? Completions()
    }

    private func candidates(_ list: Int32) -> [Completions.Candidate] {
        guard lua_type(L, list) == LUA_TTABLE else { return [] }
        return (0..<lua_rawlen(L, list)).compactMap { i in
            lua_rawgeti(L, list, lua_Integer(i + 1))
            defer { shim_pop(L, 1) }
            return field("name").map { Completions.Candidate(name: $0, note: field("note")) }
        }
    }

    /// What help tells about the name that the cursor stands in or behind; nil if it knows nothing.
    public func inspect(_ text: String, at cursor: String.Index) -> String? {
        let rest = text[cursor...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return call("inspect", .text(String(text[..<rest.endIndex])), reading: self.text)
    }

    // MARK: calls

    /// Calls a function of the session's table. `read` finds its first result at the index that it gets, others behind it; nil
    /// if the function fails.
    private func call<T>(_ name: String, _ arguments: LuaValue..., reading read: (Int32) -> T?) -> T? {
        call(name, pushing: { for argument in arguments { runtime.push(argument, L) } }, reading: read)
    }

    private func call<T>(_ name: String, pushing push: () -> Void, reading read: (Int32) -> T?) -> T? {
        let top = lua_gettop(L)
        defer { lua_settop(L, top) }
        pushFunction(name)
        push()
        guard host_call(L, lua_gettop(L) - top - 1, LUA_MULTRET, false) == LUA_OK else { return nil }
        return read(top + 1)
    }

    /// The same without results.
    private func tell(_ name: String, _ arguments: LuaValue...) {
        tell(name) { for argument in arguments { runtime.push(argument, L) } }
    }

    private func tell(_ name: String, pushing push: () -> Void) {
        let _: Void? = call(name, pushing: push) { _ in }
    }

    private func text(_ index: Int32) -> String? {
        lua_type(L, index) == LUA_TSTRING ? runtime.text(L, at: index) : nil
    }

    /// A text in the table on top.
    private func field(_ name: String) -> String? {
        runtime.pushText(name, L)
        lua_rawget(L, -2)
        defer { shim_pop(L, 1) }
        return text(-1)
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
