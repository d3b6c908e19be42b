import AstroBase
import CLua

/// A Swift type whose values scripts hold as userdata. Its tables are read once, when it is registered.
package protocol LuaType {
    static var luaName: String { get }
    /// "a Vector", as sentences need it.
    static var luaPhrase: String { get }
    /// What it is and what operators do, for help and the reference page.
    static var luaMeaning: String { get }
    static var methods: [LuaMethod<Self>] { get }
    static var fields: [LuaField<Self>] { get }
    /// `__add`, `__eq` …: called with all operands, either of which may be the receiver.
    static var operators: [LuaOperator] { get }

    /// `#value`, if there is such a thing.
    var luaLength: Int? { get }
    /// `value[index]`; nil ends an `ipairs`.
    func luaElement(_ index: Int, _ arguments: Arguments) throws -> LuaValue
    var luaText: String { get }
    /// What to write instead, where a name that is no field has a meaning elsewhere.
    func luaHint(forField name: String) -> String?

    /// What to do instead of assigning to a field or element, if there is more to say than that it cannot be.
    static var luaAssignmentHint: String? { get }

    static func read(_ lua: Lua, _ L: LuaState, at index: Int32) -> Self?
    func push(_ lua: Lua, _ L: LuaState)
}

extension LuaType {
    package static var luaPhrase: String { "a \(luaName)" }
    package static var luaMeaning: String { "" }
    package static var fields: [LuaField<Self>] { [] }
    package static var operators: [LuaOperator] { [] }
    package var luaLength: Int? { nil }
    package func luaHint(forField name: String) -> String? { nil }
    package static var luaAssignmentHint: String? { nil }

    package func luaElement(_ index: Int, _ arguments: Arguments) throws -> LuaValue {
        throw Self.noField("\(index)")
    }

    package static func read(_ lua: Lua, _ L: LuaState, at index: Int32) -> Self? {
        lua.objects.read(Self.self, lua, L, at: index)
    }

    package func push(_ lua: Lua, _ L: LuaState) { lua.objects.push(self, lua, L) }

    private static func noField(_ name: String) -> InputError {
        InputError.unknown("\(luaName) has no field", name, among: fields.map(\.name) + methods.map(\.name))
    }

    func unknownField(_ name: String) -> InputError {
        luaHint(forField: name).map { InputError("\(Self.luaName) has no field '\(name)' (\($0))") }
            ?? Self.noField(name)
    }
}
