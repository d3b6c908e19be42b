import AstroCore
import CLua
import LuaShim

/// Tables of columns: plain tables, but for a name that is not there, which is an error and not nil.
extension Runtime {
    private static let columnsKey = "astro.columns"

    func registerColumns() {
        lua_createtable(L, 0, 2)
        let id = addEntry(nil) { runtime, L in
            guard lua_type(L, 2) == LUA_TSTRING else { return .none }
            throw unknownColumn(runtime.text(L, at: 2), among: try runtime.names(L, in: 1))
        }
        setField("__index") { shim_push_method(L, id) }
        setField("__metatable") { pushText("columns", L) }
        pushText(Self.columnsKey, L)
        lua_rotate(L, -2, 1)
        lua_rawset(L, registry)
    }

    /// Pushes a table of columns; the number of results.
    func pushColumns(_ table: LuaValue, _ L: LuaState) -> Int32 {
        push(table, L)
        pushText(Self.columnsKey, L)
        lua_rawget(L, registry)
        lua_setmetatable(L, -2)
        return 1
    }
}

private func unknownColumn(_ name: String, among known: [String]) -> InputError {
    let error = InputError.unknown("there is no column", name, among: known)
    let holdsSpikes = Set(known) == ["times", "senders"] && InputError.nearest(to: name, among: known) == nil
    guard holdsSpikes, Catalogue.models.contains(where: { $0.recordables.contains { $0.name == name } }) else {
        return error
    }
    return InputError("these are spikes, without \(name) (sim:record(nodes, { \"\(name)\" }) samples it)")
}
