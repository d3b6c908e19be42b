import AstroCore
import CLua
import LuaBridge

/// What the engine takes as settings and values.
extension Arguments {
    /// A table of named values; a lone string stands for `{ shorthand = string }`.
    func settings(_ i: Int, _ name: String, shorthand: String? = nil) throws -> Settings {
        try settings(at: index(i), name, shorthand: shorthand)
    }

    func settings(at index: Int32, _ name: String, shorthand: String? = nil) throws -> Settings {
        if lua_type(L, index) <= LUA_TNIL { return [:] }
        if let shorthand, let text = try self.name(at: index, shorthand, name) { return [shorthand: .text(text)] }
        guard lua_type(L, index) == LUA_TTABLE else {
            throw wrong(at: index, name, shorthand == nil ? "a table" : "a name or a table")
        }
        var result: Settings = [:]
        try forEachField(at: index, name) { key in
            let place = lua_gettop(L)
            result[key] = try self.name(at: place, key, key).map(Value.text) ?? value(at: place, key)
        }
        return result
    }

    /// A name: where a synapse model is meant, one that stdlib has as text is read, and a Synapse has one, too.
    private func name(at index: Int32, _ key: String, _ name: String) throws -> String? {
        let isSynapse = key == "synapse_model"
        if isSynapse, let synapse = SynapseInfo.read(lua, L, at: index) { return synapse.identity }
        guard lua_type(L, index) == LUA_TSTRING else { return nil }
        let text = try exactText(at: index, name)
        if isSynapse, !Catalogue.knowsSynapse(text) { try runtime.readLibraryModel(text, self) }
        return text
    }

    private func value(at index: Int32, _ name: String) throws -> Value {
        switch lua_type(L, index) {
        case LUA_TNUMBER:
            let x = lua_tonumberx(L, index, nil)
            guard !x.isNaN else { throw InputError("\(name) = nan is not a number") }
            return .number(x)
        case LUA_TBOOLEAN: return .flag(lua_toboolean(L, index) != 0)
        case LUA_TSTRING: return .text(try exactText(at: index, name))
        case LUA_TTABLE:
            switch try list(at: index, name) {
            case .numbers(let numbers): return .numbers(numbers)
            case .texts(let texts): return .texts(texts)
            }
        default: break
        }
        if let vector = Vector.read(lua, L, at: index) { return .numbers(try copy(vector, name)) }
        if let distribution = Distribution.read(lua, L, at: index) { return .distribution(distribution) }
        throw wrong(at: index, name, "a number, a boolean, a string, a list or a distribution")
    }
}

extension LuaValue {
    init(_ value: Value) {
        switch value {
        case .number(let x): self = .number(x)
        case .flag(let b): self = .flag(b)
        case .text(let s): self = .text(s)
        case .numbers(let v): self = .vector(v)
        case .texts(let v): self = .list(v.map { .text($0) })
        case .distribution(let d): self = .object(d)
        }
    }
}
