import AstroBase
import CLua
import LuaShim

/// What a script passed to a method, read by place and named in messages. Numbers count without the receiver.
package struct Arguments {
    package let lua: Lua
    package let L: LuaState
    package let usage: String
    /// The stack index of argument 1 is `offset + 1`.
    package let offset: Int32

    package init(lua: Lua, L: LuaState, usage: String, offset: Int32) {
        (self.lua, self.L, self.usage, self.offset) = (lua, L, usage, offset)
    }

    package var count: Int { Int(lua_gettop(L) - offset) }

    package func index(_ i: Int) -> Int32 { offset + Int32(i) }

    package func isNothing(_ i: Int) -> Bool { lua_type(L, index(i)) <= LUA_TNIL }
    package func isTable(_ i: Int) -> Bool { lua_type(L, index(i)) == LUA_TTABLE }
    package func isText(_ i: Int) -> Bool { lua_type(L, index(i)) == LUA_TSTRING }
    package func isNumber(_ i: Int) -> Bool { lua_type(L, index(i)) == LUA_TNUMBER }

    // MARK: plain values

    package func string(_ i: Int, _ name: String) throws -> String {
        guard isText(i) else { throw wrong(i, name, "a string") }
        return try text(at: index(i), name)
    }

    package func text(at index: Int32, _ name: String) throws -> String {
        try refuseCopies(at: index, name)
        return lua.text(L, at: index)
    }

    /// A text is copied, and messages and files may hold it more than once.
    private func refuseCopies(at index: Int32, _ name: String) throws {
        let bytes = lua.bytes(L, at: index).count
        try Memory.refuse(4 * Double(bytes), for: "copies of \(name), a string of \(bytes) bytes,")
        if bytes > 1 << 16 { try lua.refuseMore("\(name), a string of \(bytes) bytes", bytes: Double(bytes)) }
    }

    /// The name of a file. Two that differ must not become one.
    package func path(_ i: Int, _ name: String = "path") throws -> String {
        guard isText(i) else { throw wrong(i, name, "a string") }
        let path = try exactText(at: index(i), name)
        guard !path.utf8.contains(0) else {
            throw InputError("\(name) = '\(visible(path))': a path can't contain a zero byte")
        }
        return path
    }

    /// Bytes that are not UTF-8 would all become the same character.
    package func exactText(at index: Int32, _ name: String) throws -> String {
        try refuseCopies(at: index, name)
        let bytes = lua.bytes(L, at: index)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        throw InputError("\(name) = '\(visible(bytes: bytes.prefix(80)))' is not UTF-8, as names must be")
    }

    package func number(_ i: Int, _ name: String) throws -> Double {
        guard isNumber(i) else { throw wrong(i, name, "a number") }
        let x = lua_tonumberx(L, index(i), nil)
        guard !x.isNaN else { throw InputError("\(name) = nan is not a number") }
        return x
    }

    package func integer(_ i: Int, _ name: String) throws -> Int {
        guard isNumber(i) else { throw wrong(i, name, "a whole number") }
        return try integer(at: index(i), name)
    }

    package func flag(_ i: Int, _ name: String) throws -> Bool {
        guard lua_type(L, index(i)) == LUA_TBOOLEAN else { throw wrong(i, name, "true or false") }
        return lua_toboolean(L, index(i)) != 0
    }

    package func optionalNumber(_ i: Int, _ name: String) throws -> Double? { isNothing(i) ? nil : try number(i, name) }
    package func optionalInteger(_ i: Int, _ name: String) throws -> Int? { isNothing(i) ? nil : try integer(i, name) }

    package func function(_ i: Int, _ name: String) throws -> Int32 {
        guard lua_type(L, index(i)) == LUA_TFUNCTION else { throw wrong(i, name, "a function") }
        return index(i)
    }

    // MARK: objects and lists

    package func object<T: LuaType>(_ type: T.Type, _ i: Int, _ name: String) throws -> T {
        guard let value = T.read(lua, L, at: index(i)) else { throw wrong(i, name, T.luaPhrase) }
        return value
    }

    /// Goes through a table with names as keys, in order; the value is on top of the stack meanwhile.
    package func forEachField(at table: Int32, _ name: String, _ body: (String) throws -> Void) throws {
        try lua.pushKeys(L, of: table)
        let keys = lua_gettop(L)
        for i in 0..<lua_rawlen(L, keys) {
            lua_rawgeti(L, keys, lua_Integer(i + 1))
            guard lua_type(L, -1) == LUA_TSTRING else {
                throw InputError("\(name) takes names as keys, got \(described(at: -1))\(hint)")
            }
            let key = try text(at: -1, "a key of \(name)")
            lua_rawget(L, table)
            try body(key)
            lua_settop(L, keys)
        }
        lua_settop(L, keys - 1)
    }

    package func numbers(_ i: Int, _ name: String) throws -> [Double] {
        if let vector = Vector.read(lua, L, at: index(i)) { return try copy(vector, name) }
        guard isTable(i) else { throw wrong(i, name, "a table of numbers") }
        switch try list(at: index(i), name) {
        case .numbers(let list): return list
        case .texts(let texts): throw InputError("\(name)[1] must be a number, got string '\(texts[0].prefix(40))'")
        }
    }

    /// A name or a table of names.
    package func names(_ i: Int, _ name: String) throws -> [String] {
        if isText(i) { return [try string(i, name)] }
        guard isTable(i), case .texts(let list) = try list(at: index(i), name) else {
            throw wrong(i, name, "a table of names")
        }
        return list
    }

    package func copy(_ vector: Vector, _ name: String) throws -> [Double] {
        try Memory.refuse(2 * Vector.bytes(vector.values.count), for: "\(vector.values.count) numbers of \(name)")
        return Array(vector.values)
    }

    /// What a table holds that is a list.
    package enum List {
        case numbers([Double])
        case texts([String])
    }

    package func list(at index: Int32, _ name: String) throws -> List {
        guard let count = try lua.sequenceLength(L, of: index) else {
            throw InputError("\(name) must be a list without gaps and without other keys\(hint)")
        }
        try Memory.refuse(32 * Double(count), for: "\(count) elements of \(name)")
        lua_rawgeti(L, index, 1)
        let isTexts = lua_type(L, -1) == LUA_TSTRING
        shim_pop(L, 1)
        if isTexts { return .texts(try elements(at: index, count, name, LUA_TSTRING) { try text(at: -1, name) }) }
        return .numbers(try elements(at: index, count, name, LUA_TNUMBER) { lua_tonumberx(L, -1, nil) })
    }

    private func elements<T>(
        at index: Int32, _ count: Int, _ name: String, _ type: Int32, _ read: () throws -> T
    ) throws -> [T] {
        try (0..<count).map { i in
            lua_rawgeti(L, index, lua_Integer(i + 1))
            defer { shim_pop(L, 1) }
            guard lua_type(L, -1) == type else {
                throw wrong(at: -1, "\(name)[\(i + 1)]", type == LUA_TSTRING ? "a string" : "a number")
            }
            return try read()
        }
    }

    package func integer(at index: Int32, _ name: String) throws -> Int {
        let x = lua_tonumberx(L, index, nil)
        guard x == x.rounded(), abs(x) < 0x1p63 else {
            throw InputError("\(name) = \(formatted(x)) must be a whole number")
        }
        return lua_isinteger(L, index) != 0 ? Int(lua_tointegerx(L, index, nil)) : Int(x)
    }

    // MARK: more than is heard

    /// A call that says more than is heard is refused. What is nil at the end says nothing.
    package func refuseSurplus(beyond most: Int?) throws {
        guard let most, count > most, let last = (most + 1...count).last(where: { !isNothing($0) }) else { return }
        let limit = most == 0 ? "no arguments" : "at most \(most) argument\(most == 1 ? "" : "s")"
        throw InputError("takes \(limit), got \(last)\(hint)")
    }

    /// `module:f(…)`: the first argument is the table that holds the function.
    package func refuseColon(_ name: String) throws {
        guard count > 0, isTable(1) else { return }
        lua.pushText(name, L)
        lua_rawget(L, index(1))
        defer { shim_pop(L, 1) }
        guard lua_type(L, -1) == LUA_TFUNCTION else { return }
        throw InputError("called with a colon, but a module takes a dot\(hint)")
    }

    // MARK: messages

    package var hint: String { usage.isEmpty ? "" : " (usage: \(usage))" }

    package func wrong(_ i: Int, _ name: String, _ wanted: String) -> InputError { wrong(at: index(i), name, wanted) }

    package func wrong(at index: Int32, _ name: String, _ wanted: String) -> InputError {
        InputError("\(name) must be \(wanted), got \(described(at: index))\(hint)")
    }

    package func described(at index: Int32) -> String { lua.described(L, at: index) }
}
