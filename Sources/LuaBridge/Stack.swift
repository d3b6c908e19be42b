import AstroBase
import CLua
import CLuaHost
import LuaShim

/// What lies on Lua's stack, read and pushed.
extension Lua {
    package func text(_ L: LuaState, at index: Int32) -> String { String(decoding: bytes(L, at: index), as: UTF8.self) }

    package func bytes(_ L: LuaState, at index: Int32) -> UnsafeRawBufferPointer {
        var length = 0
        let start = lua_tolstring(L, index, &length)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length)
    }

    package func pushText(_ text: String, _ L: LuaState) {
        var text = text
        text.withUTF8 { utf8 in
            _ = utf8.withMemoryRebound(to: CChar.self) { lua_pushlstring(L, $0.baseAddress, $0.count) }
        }
    }

    /// Pushes a value; the number of results.
    @discardableResult
    package func push(_ value: LuaValue, _ L: LuaState) -> Int32 {
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
    package func described(_ L: LuaState, at index: Int32) -> String {
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

/// Tables.
extension Lua {
    /// Sets a field of the table on top to what `pushValue` pushes.
    package func setField(_ name: String, _ pushValue: () -> Void) {
        pushText(name, L)
        pushValue()
        lua_rawset(L, -3)
    }

    package func pushKeys(_ L: LuaState, of table: Int32) throws {
        guard host_push_keys(L, table) == LUA_OK else { throw RaisedError() }
    }

    /// n if the table's keys are 1 to n, otherwise nil.
    package func sequenceLength(_ L: LuaState, of table: Int32) throws -> Int? {
        guard host_push_sequence_length(L, table) == LUA_OK else { throw RaisedError() }
        defer { shim_pop(L, 1) }
        let length = lua_tointegerx(L, -1, nil)
        return length < 0 ? nil : Int(length)
    }

    package func names(_ L: LuaState, in table: Int32) throws -> [String] {
        try pushKeys(L, of: table)
        return (0..<lua_rawlen(L, -1)).compactMap { i in
            lua_rawgeti(L, -1, lua_Integer(i + 1))
            defer { shim_pop(L, 1) }
            return lua_type(L, -1) == LUA_TSTRING ? text(L, at: -1) : nil
        }
    }

    package func pushGlobals() { lua_rawgeti(L, registry, lua_Integer(LUA_RIDX_GLOBALS)) }

    /// Reading what the table on top does not have becomes an error, with a hint or the nearest name.
    /// `others`: more names that may have been meant.
    package func makeStrict(
        hint: @escaping (String) -> String? = { _ in nil },
        others: @escaping (LuaState) -> [String] = { _ in [] },
        _ complaint: @escaping (String) -> String
    ) {
        lua_createtable(L, 0, 1)
        let id = addEntry(nil) { lua, L in
            guard lua_type(L, 2) == LUA_TSTRING else { return .none }
            let name = lua.text(L, at: 2)
            if let hint = hint(name) { throw InputError("\(complaint(name)) (\(hint))") }
            let near = InputError.nearest(to: name, among: others(L) + (try lua.names(L, in: 1)))
            throw InputError(complaint(name) + (near.map { " (did you mean '\($0)'?)" } ?? ""))
        }
        setField("__index") { shim_push_method(L, id) }
        lua_setmetatable(L, -2)
    }
}
