import AstroBase
import CLua
import LuaShim

/// Refuses a call whose arguments have no place in it.
package typealias CallCheck = (Arguments) throws -> Void

/// What else happens in calls of one method or field of a type, beside what its row says.
package struct CallExtras {
    /// Sees the arguments before they are counted.
    let check: CallCheck?
    /// Does the call's work by calling the last argument, or answers without it.
    let around: Around?

    package typealias Around = (Lua, LuaState, () throws -> LuaValue) throws -> LuaValue

    package init(check: CallCheck? = nil, around: Around? = nil) { (self.check, self.around) = (check, around) }

    fileprivate func run(_ lua: Lua, _ L: LuaState, _ body: () throws -> LuaValue) throws -> LuaValue {
        guard let around else { return try body() }
        return try around(lua, L, body)
    }
}

/// The metatables of types.
extension Lua {
    /// There are few types: looking at each takes less than hashing one.
    func tag<T>(of type: T.Type) -> Int32 {
        let wanted = ObjectIdentifier(type)
        var tag = 0
        while types[tag] != wanted { tag += 1 }
        return Int32(tag)
    }

    func setMetatable(_ tag: Int32, _ L: LuaState) {
        lua_rawgetp(L, registry, shim_type_key(tag))
        lua_setmetatable(L, -2)
    }

    /// Makes the metatable of a type; its tag. `extras` of a method or field by name, and of "tostring".
    @discardableResult
    package func register<T: LuaType>(_ type: T.Type, extras: (String) -> CallExtras = { _ in CallExtras() }) -> Int32 {
        let tag = Int32(types.count), isVector = T.self == Vector.self
        types.append(ObjectIdentifier(type))
        lua_createtable(L, 0, 16)
        setField("__name") { pushText(T.luaName, L) }
        setField("__metatable") { pushText(T.luaName, L) }
        setField("__methods") { pushMethods(T.self, extras) }
        setField("__index") {
            pushText("__methods", L)
            lua_rawget(L, -3)
            let entry = indexEntry(T.self, extras)
            if isVector { shim_push_vector_index(L, entry, tag) } else { shim_push_index(L, entry) }
        }
        setField("__newindex") { shim_push_method(L, newIndexEntry(T.self)) }
        setField("__len") {
            let entry = lengthEntry(T.self)
            if isVector { shim_push_vector_length(L, entry, tag) } else { shim_push_method(L, entry) }
        }
        setField("__tostring") { shim_push_method(L, textEntry(T.self, extras("tostring"))) }
        for name in ["__gc", "__close"] where !isVector {
            setField(name) { shim_push_method(L, releaseEntry(tag)) }
        }
        for row in T.operators {
            let id = addEntry(row.label) { lua, L in try row.body(Arguments(lua: lua, L: L, usage: "", offset: 0)) }
            setField(row.name) { shim_push_method(L, id) }
        }
        lua_rawsetp(L, registry, shim_type_key(tag))
        return tag
    }

    /// Pushes the table of a type's methods.
    package func pushMethodTable(_ tag: Int32, _ L: LuaState) {
        lua_rawgetp(L, registry, shim_type_key(tag))
        pushText("__methods", L)
        lua_rawget(L, -2)
    }

    private func pushMethods<T: LuaType>(_ type: T.Type, _ extras: (String) -> CallExtras) {
        lua_createtable(L, 0, Int32(T.methods.count))
        for row in T.methods {
            let extras = extras(row.name)
            let id = addEntry(row.name) { lua, L in
                let arguments = Arguments(lua: lua, L: L, usage: row.usage, offset: 1)
                let value = try lua.receiver(T.self, L, row.usage)
                try extras.check?(arguments)
                try arguments.refuseSurplus(beyond: row.most)
                return try extras.run(lua, L) { try row.body(value, arguments) }
            }
            setField(row.name) { shim_push_method(L, id) }
        }
    }

    private func receiver<T: LuaType>(_ type: T.Type, _ L: LuaState, _ usage: String = "") throws -> T {
        if let value = T.read(self, L, at: 1) { return value }
        if shim_is_of_type(L, 1, tag(of: T.self)) {
            throw InputError("this \(T.luaName) has been closed")
        }
        let hint = usage.isEmpty ? "" : " (usage: \(usage), with a colon)"
        throw InputError("called on \(described(L, at: 1)), not on \(T.luaPhrase)\(hint)")
    }

    private func indexEntry<T: LuaType>(_ type: T.Type, _ extras: (String) -> CallExtras) -> Int32 {
        let fields = Dictionary(uniqueKeysWithValues: T.fields.map { ($0.name, reader($0, extras($0.name))) })
        return addEntry(nil) { lua, L in
            let value = try lua.receiver(T.self, L)
            if lua_type(L, 2) == LUA_TNUMBER {
                let arguments = Arguments(lua: lua, L: L, usage: "", offset: 1)
                return try value.luaElement(try arguments.integer(at: 2, "index"), arguments)
            }
            guard lua_type(L, 2) == LUA_TSTRING else {
                throw InputError("\(T.luaName) has no field \(lua.described(L, at: 2))")
            }
            let name = lua.text(L, at: 2)
            guard let read = fields[name] else { throw value.unknownField(name) }
            return try read(value, lua, L)
        }
    }

    private func reader<T>(
        _ row: LuaField<T>, _ extras: CallExtras
    ) -> (T, Lua, LuaState) throws -> LuaValue {
        { value, lua, L in
            let answer = try extras.run(lua, L) { try row.body(value) }
            return try row.present?(answer, lua, L) ?? answer
        }
    }

    private func newIndexEntry<T: LuaType>(_ type: T.Type) -> Int32 {
        addEntry(nil) { lua, L in
            if let hint = T.luaAssignmentHint { throw InputError(hint) }
            let name = lua_type(L, 2) == LUA_TSTRING ? lua.text(L, at: 2) : lua.described(L, at: 2)
            let settable = T.methods.contains { $0.name == "set" }
            let hint = settable ? "; change parameters with set{ name = value }" : ""
            throw InputError("'\(name)' of \(T.luaPhrase) cannot be assigned\(hint)")
        }
    }

    private func lengthEntry<T: LuaType>(_ type: T.Type) -> Int32 {
        addEntry(nil) { lua, L in
            guard let length = try lua.receiver(T.self, L).luaLength else {
                throw InputError("\(T.luaPhrase) has no length")
            }
            return .integer(length)
        }
    }

    private func textEntry<T: LuaType>(_ type: T.Type, _ extras: CallExtras) -> Int32 {
        addEntry(nil) { lua, L in
            try extras.run(lua, L) { .text(T.read(lua, L, at: 1)?.luaText ?? "\(T.luaName) (closed)") }
        }
    }

    private func releaseEntry(_ tag: Int32) -> Int32 {
        addEntry(nil) { lua, L in
            if shim_is_of_type(L, 1, tag) { lua.objects.release(tag, L, at: 1) }
            return .nothing
        }
    }
}
