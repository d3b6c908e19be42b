import AstroCore
import CLua
import LuaBridge
import LuaShim

/// Tables of columns: plain tables, in which a name that is not there is nil, but for one that was meant to be another: that is
/// an error.
extension Runtime {
    private static let columnsKey = "astro.columns"

    func registerColumns() {
        lua_createtable(L, 0, 2)
        let id = addEntry(nil) { runtime, L in
            guard lua_type(L, 2) == LUA_TSTRING else { return .none }
            let name = runtime.text(L, at: 2), known = try runtime.names(L, in: 1)
            // who asks for I or w, or for what another recorder has, may ask what there is
            let beginning = name.count > 1 ? name.lowercased() : name.lowercased() + "_"
            let isBeginning = known.contains { $0.lowercased().hasPrefix(beginning) }
            let isNear = name.count > 3 && InputError.nearest(to: name, among: known) != nil
            guard isBeginning || isNear else { return .none }
            throw InputError.unknown("there is no column", name, among: known)
        }
        setField("__index") { shim_push_method(L, id) }
        let textID = addEntry(nil) { runtime, L in
            let names = try runtime.names(L, in: 1).sorted()
            let hint = "require \"astro.show\" shows them: print(show.text(rec.events))"
            return .text("columns \(names.joined(separator: ", ")) (\(hint))")
        }
        setField("__tostring") { shim_push_method(L, textID) }
        setField("__metatable") { pushText("columns", L) }
        pushText(Self.columnsKey, L)
        lua_rotate(L, -2, 1)
        lua_rawset(L, registry)
    }

    /// As a field's row presents its value.
    static func presentColumns(_ table: LuaValue, _ lua: Lua, _ L: LuaState) throws -> LuaValue {
        .pushed(try lua.runtime.pushColumns(table, L))
    }

    /// Pushes a table of columns; the number of results.
    func pushColumns(_ table: LuaValue, _ L: LuaState) throws -> Int32 {
        try table.refuse()
        push(table, L)
        pushText(Self.columnsKey, L)
        lua_rawget(L, registry)
        lua_setmetatable(L, -2)
        return 1
    }
}
