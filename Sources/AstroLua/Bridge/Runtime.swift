import AstroCore
import CLua
import CLuaHost
import Glibc
import LuaShim

/// An error value that Lua raised and that lies on top of the stack, on its way through Swift.
struct RaisedError: Error {}

/// One running Lua with the simulator in it.
public final class Runtime {
    public internal(set) var options: Options
    let access: Access
    let places: Places
    /// What is kept for a record, if one was asked for.
    public let ledger: Ledger?
    /// Of a bundle: what the script has written since.
    var writtenNames: Set<String> = []
    var objects = Objects()
    /// Told how far a run is: milliseconds done and asked for.
    public var progress: ((Double, Double) -> Void)?
    /// Told how far a sweep is: points done, points asked for, and how many of those done have failed.
    public var sweepProgress: ((Int, Int, Int) -> Void)?
    var sweepState: (done: Int, whole: Int, failed: Int)?
    let workers = Workers()
    /// What messages about the script are explained from.
    var scriptText: (name: String, bytes: [UInt8])?
    /// Why the sandbox has last refused a file to one of Lua's own functions, which say so in a result only.
    var latestRefusal: String?
    /// With --checkpoint-every or --resume.
    var journal: Journal?
    /// Told what a user may want to know before the script begins.
    public var announce: ((String) -> Void)?
    /// The file of the sweep that runs.
    var results: AppendingFile?
    var latestRun: LatestRun?
    /// Of a simulation that says nothing about threads; nil: one a core.
    var defaultThreads: Int?
    /// When `accountMemory` looks again, in seconds.
    var nextLookAtMemory = 0.0
    /// What the limit leaves, as of the last look, and about what was taken since.
    var memoryLeft = Double.infinity, bytesSinceLook = 0.0

    private(set) var L: LuaState! = nil
    private var entries: [Entry] = []
    private var tags: [ObjectIdentifier: Int32] = [:]
    /// What help tells about each type, in the order of the tags.
    private(set) var typePages: [TypePage] = []

    private struct Entry {
        /// In front of the message: the name of the call.
        let label: String?
        let body: (Runtime, LuaState) throws -> LuaValue
    }

    public init(_ options: Options = Options()) throws {
        self.options = options
        access = Access(options)
        if !Ranks.all.isAlone { defaultThreads = Ranks.cores }
        places = Places(options, scriptDirectory: access.scriptDirectory)
        ledger = options.isRecorded ? Ledger(places) : nil
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard let state = shim_open(enter, context, options.seed ?? 1) else {
            throw InputError("there is no memory for Lua")
        }
        L = state
        registerTypes()
        try installPrelude()
        host_set_memory_limit(L, options.memoryLimit ?? 0)
        installStrictGlobals()
        tapOutput()
    }

    deinit { if L != nil { shim_close(L) } }

    // MARK: calls from Lua

    func addEntry(_ label: String?, _ body: @escaping (Runtime, LuaState) throws -> LuaValue) -> Int32 {
        entries.append(Entry(label: label, body: body))
        return Int32(entries.count - 1)
    }

    fileprivate func call(_ id: Int32, _ L: LuaState) -> Int32 {
        let entry = entries[Int(id)]
        do {
            let value = try entry.body(self, L)
            try value.refuse()
            return push(value, L)
        } catch is RaisedError {
            return Int32(SHIM_RAISED)
        } catch {
            let prefix = entry.label.map { "\($0): " } ?? ""
            pushText(shortened(prefix + "\(error)"), L)
            return Int32(SHIM_FAILED)
        }
    }

    /// Messages name what a script passed: a text of megabytes is not repeated as a whole.
    private func shortened(_ message: String) -> String {
        let most = 1 << 14, shown = 1 << 12
        guard message.utf8.count > most else { return message }
        return "\(message.prefix(shown)) … (\(message.utf8.count) bytes in all) … \(message.suffix(shown / 4))"
    }

    /// A call whose answer may depend on the state of a simulation; nil: one that does not.
    func journaled(_ name: String?, _ L: LuaState, _ body: () throws -> LuaValue) throws -> LuaValue {
        guard let name, let journal, journal.isActive else { return try body() }
        return try journal.pass(name, self, L, body)
    }

    // MARK: types

    func tag<T>(of type: T.Type) -> Int32 { tags[ObjectIdentifier(type)]! }

    func setMetatable(_ tag: Int32, _ L: LuaState) {
        lua_rawgetp(L, registry, shim_type_key(tag))
        lua_setmetatable(L, -2)
    }

    func hasMetatable(_ tag: Int32, _ L: LuaState, at index: Int32) -> Bool {
        guard lua_type(L, index) == LUA_TUSERDATA, lua_getmetatable(L, index) != 0 else { return false }
        lua_rawgetp(L, registry, shim_type_key(tag))
        defer { shim_pop(L, 2) }
        return lua_rawequal(L, -1, -2) != 0
    }

    func register<T: LuaType>(_ type: T.Type) {
        let tag = Int32(tags.count)
        tags[ObjectIdentifier(type)] = tag
        typePages.append(TypePage(T.self))
        lua_createtable(L, 0, 16)
        setField("__name") { pushText(T.luaName, L) }
        setField("__metatable") { pushText(T.luaName, L) }
        setField("__methods") { pushMethods(T.self) }
        setField("__index") {
            pushText("__methods", L)
            lua_rawget(L, -3)
            shim_push_index(L, indexEntry(T.self))
        }
        setField("__newindex") { shim_push_method(L, newIndexEntry(T.self)) }
        setField("__len") { shim_push_method(L, lengthEntry(T.self)) }
        setField("__tostring") { shim_push_method(L, textEntry(T.self)) }
        for name in ["__gc", "__close"] where T.self != Vector.self {
            setField(name) { shim_push_method(L, releaseEntry(tag)) }
        }
        for row in T.operators {
            let id = addEntry(row.label) { runtime, L in
                try row.body(Arguments(runtime: runtime, L: L, usage: "", offset: 0))
            }
            setField(row.name) { shim_push_method(L, id) }
        }
        lua_rawsetp(L, registry, shim_type_key(tag))
    }

    private func pushMethods<T: LuaType>(_ type: T.Type) {
        lua_createtable(L, 0, Int32(T.methods.count))
        for row in T.methods {
            let entry = Journal.name(T.self, row.name)
            let slip = CallSlips.of("\(T.luaName):\(row.name)")
            let id = addEntry(row.name) { runtime, L in
                let arguments = Arguments(runtime: runtime, L: L, usage: row.usage, offset: 1)
                let value = try runtime.receiver(T.self, L, row.usage)
                try arguments.refuseSlip(slip)
                try arguments.refuseSurplus(beyond: row.most)
                return try runtime.journaled(entry, L) { try row.body(value, arguments) }
            }
            setField(row.name) { shim_push_method(L, id) }
        }
    }

    private func receiver<T: LuaType>(_ type: T.Type, _ L: LuaState, _ usage: String = "") throws -> T {
        if let value = T.read(self, L, at: 1) { return value }
        if lua_type(L, 1) == LUA_TUSERDATA, hasMetatable(tag(of: T.self), L, at: 1) {
            throw InputError("this \(T.luaName) has been closed")
        }
        let hint = usage.isEmpty ? "" : " (usage: \(usage), with a colon)"
        throw InputError("called on \(described(L, at: 1)), not on \(T.luaPhrase)\(hint)")
    }

    private func indexEntry<T: LuaType>(_ type: T.Type) -> Int32 {
        let fields = Dictionary(
            uniqueKeysWithValues: T.fields.map { ($0.name, (row: $0, entry: Journal.name(T.self, $0.name))) })
        return addEntry(nil) { runtime, L in
            let value = try runtime.receiver(T.self, L)
            let arguments = Arguments(runtime: runtime, L: L, usage: "", offset: 1)
            if lua_type(L, 2) == LUA_TNUMBER {
                return try value.luaElement(try arguments.integer(at: 2, "index"), arguments)
            }
            guard lua_type(L, 2) == LUA_TSTRING else {
                throw InputError("\(T.luaName) has no field \(runtime.described(L, at: 2))")
            }
            let name = runtime.text(L, at: 2)
            guard let field = fields[name] else {
                if let hint = value.luaHint(forField: name) {
                    throw InputError("\(T.luaName) has no field '\(name)' (\(hint))")
                }
                throw Arguments.unknownField(T.self, name)
            }
            let answer = try runtime.journaled(field.entry, L) { try field.row.body(value) }
            return field.row.holdsColumns ? .pushed(try runtime.pushColumns(answer, L)) : answer
        }
    }

    private func newIndexEntry<T: LuaType>(_ type: T.Type) -> Int32 {
        addEntry(nil) { runtime, L in
            if let hint = T.luaAssignmentHint { throw InputError(hint) }
            let name = lua_type(L, 2) == LUA_TSTRING ? runtime.text(L, at: 2) : runtime.described(L, at: 2)
            let settable = T.methods.contains { $0.name == "set" }
            let hint = settable ? "; change parameters with set{ name = value }" : ""
            throw InputError("'\(name)' of \(T.luaPhrase) cannot be assigned\(hint)")
        }
    }

    private func lengthEntry<T: LuaType>(_ type: T.Type) -> Int32 {
        addEntry(nil) { runtime, L in
            guard let length = try runtime.receiver(T.self, L).luaLength else {
                throw InputError("\(T.luaPhrase) has no length")
            }
            return .integer(length)
        }
    }

    private func textEntry<T: LuaType>(_ type: T.Type) -> Int32 {
        let entry = Journal.name(T.self, "tostring")
        return addEntry(nil) { runtime, L in
            try runtime.journaled(entry, L) { .text(T.read(runtime, L, at: 1)?.luaText ?? "\(T.luaName) (closed)") }
        }
    }

    private func releaseEntry(_ tag: Int32) -> Int32 {
        addEntry(nil) { runtime, L in
            if runtime.hasMetatable(tag, L, at: 1) { runtime.objects.release(tag, L, at: 1) }
            return .nothing
        }
    }

    // MARK: the stack

    func text(_ L: LuaState, at index: Int32) -> String { String(decoding: bytes(L, at: index), as: UTF8.self) }

    func bytes(_ L: LuaState, at index: Int32) -> UnsafeRawBufferPointer {
        var length = 0
        let start = lua_tolstring(L, index, &length)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length)
    }

    func pushText(_ text: String, _ L: LuaState) {
        var text = text
        text.withUTF8 { utf8 in
            _ = utf8.withMemoryRebound(to: CChar.self) { lua_pushlstring(L, $0.baseAddress, $0.count) }
        }
    }

    /// Sets a field of the table on top to what `pushValue` pushes.
    func setField(_ name: String, _ pushValue: () -> Void) {
        pushText(name, L)
        pushValue()
        lua_rawset(L, -3)
    }

    func pushKeys(_ L: LuaState, of table: Int32) throws {
        guard host_push_keys(L, table) == LUA_OK else { throw RaisedError() }
    }

    /// n if the table's keys are 1 to n, otherwise nil.
    func sequenceLength(_ L: LuaState, of table: Int32) throws -> Int? {
        guard host_push_sequence_length(L, table) == LUA_OK else { throw RaisedError() }
        defer { shim_pop(L, 1) }
        let length = lua_tointegerx(L, -1, nil)
        return length < 0 ? nil : Int(length)
    }

    /// Calls the function below its arguments; what it raises goes on through Swift as it is.
    func callBack(_ L: LuaState, arguments: Int32, results: Int32) throws {
        guard host_call(L, arguments, results, false) == LUA_OK else { throw RaisedError() }
    }

    /// Pushes a value; the number of results.
    @discardableResult
    func push(_ value: LuaValue, _ L: LuaState) -> Int32 {
        switch value {
        case .nothing: return 0
        case .none: lua_pushnil(L)
        case .number(let x): lua_pushnumber(L, x)
        case .integer(let n): lua_pushinteger(L, lua_Integer(n))
        case .flag(let b): lua_pushboolean(L, b ? 1 : 0)
        case .text(let s): pushText(s, L)
        case .vector(let v): Vector.push(self, L, v.count) { out in _ = out.update(from: v) }
        case .list(let elements): pushList(elements, L)
        case .table(let fields): pushTable(fields, L)
        case .object(let object): object.push(self, L)
        case .pushed(let count): return count
        }
        return 1
    }

    private func pushList(_ elements: [LuaValue], _ L: LuaState) {
        lua_checkstack(L, 8)
        lua_createtable(L, Int32(clamping: elements.count), 0)
        for (i, element) in elements.enumerated() {
            push(element, L)
            lua_rawseti(L, -2, lua_Integer(i + 1))
        }
    }

    private func pushTable(_ fields: [(String, LuaValue)], _ L: LuaState) {
        lua_checkstack(L, 8)
        lua_createtable(L, 0, Int32(clamping: fields.count))
        for (name, value) in fields {
            pushText(name, L)
            push(value, L)
            lua_rawset(L, -3)
        }
    }

    /// As messages show it: a short value itself, otherwise its kind.
    func described(_ L: LuaState, at index: Int32) -> String {
        switch lua_type(L, index) {
        case LUA_TNONE: return "nothing"
        case LUA_TNUMBER:
            let isInteger = lua_isinteger(L, index) != 0
            let x = lua_tonumberx(L, index, nil)
            return "number \(isInteger ? String(lua_tointegerx(L, index, nil)) : formatted(x))"
        case LUA_TSTRING: return "string '\(text(L, at: index).prefix(40))'"
        case LUA_TBOOLEAN: return lua_toboolean(L, index) != 0 ? "true" : "false"
        case LUA_TUSERDATA: return userdataName(L, at: index)
        default: return String(cString: lua_typename(L, lua_type(L, index)))
        }
    }

    private func userdataName(_ L: LuaState, at index: Int32) -> String {
        guard lua_getmetatable(L, index) != 0 else { return "userdata" }
        pushText("__name", L)
        lua_rawget(L, -2)
        defer { shim_pop(L, 2) }
        return lua_type(L, -1) == LUA_TSTRING ? text(L, at: -1) : "userdata"
    }
}

let registry = Int32(SHIM_REGISTRY)

private let enter: shim_entry = { L, method in
    Unmanaged<Runtime>.fromOpaque(shim_context(L)).takeUnretainedValue().call(method, L!)
}
