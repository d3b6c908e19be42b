import AstroCore
import CLua
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
            // who asks for I or w may ask what there is
            guard name.count > 3, InputError.nearest(to: name, among: known) != nil else { return .none }
            throw InputError.unknown("there is no column", name, among: known)
        }
        setField("__index") { shim_push_method(L, id) }
        setField("__metatable") { pushText("columns", L) }
        pushText(Self.columnsKey, L)
        lua_rotate(L, -2, 1)
        lua_rawset(L, registry)
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
