import CLua
import LuaShim

/// Tables of functions, as modules are.
extension Lua {
    /// - `check`: what else may be wrong with a call of a row, seen before its arguments are counted.
    package func pushFunctions(_ rows: [LuaMethod<Void>], check: (LuaMethod<Void>) -> CallCheck? = { _ in nil }) {
        lua_createtable(L, 0, Int32(rows.count))
        for row in rows {
            setField(row.name) { pushFunction(row, check: check(row)) }
        }
    }

    package func pushFunction(_ row: LuaMethod<Void>, check: CallCheck? = nil) {
        let id = addEntry(row.name) { lua, L in
            let arguments = Arguments(lua: lua, L: L, usage: row.usage, offset: 0)
            try arguments.refuseColon(row.name)
            try check?(arguments)
            try arguments.refuseSurplus(beyond: row.most)
            return try row.body((), arguments)
        }
        shim_push_method(L, id)
    }
}
