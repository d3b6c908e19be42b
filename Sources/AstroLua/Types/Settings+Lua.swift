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
            if key == "mask", lua_type(L, place) == LUA_TTABLE {
                do { result[key] = .mask(try mask(at: place)) } catch let error as InputError {
                    throw InputError("mask: \(error.message)")
                }
                return
            }
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

    /// The value of a key that is looked at by itself.
    func settings(of name: String, at index: Int32) throws -> Value { try value(at: index, name) }

    private func value(at index: Int32, _ name: String) throws -> Value {
        switch lua_type(L, index) {
        case LUA_TNUMBER:
            let x = lua_tonumberx(L, index, nil)
            guard !x.isNaN else { throw InputError("\(name) = nan is not a number") }
            return .number(x)
        case LUA_TBOOLEAN: return .flag(lua_toboolean(L, index) != 0)
        case LUA_TSTRING: return .text(try exactText(at: index, name))
        case LUA_TTABLE:
            if let lists = try lists(at: index, name) { return .lists(lists) }
            switch try list(at: index, name) {
            case .numbers(let numbers): return .numbers(numbers)
            case .texts(let texts): return .texts(texts)
            }
        default: break
        }
        if let vector = Vector.read(lua, L, at: index) { return .numbers(try copy(vector, name)) }
        if ["third", "volume_transmitter"].contains(name), let nodes = Nodes.read(lua, L, at: index) {
            let ids = nodes.ids.map(Double.init)
            return ids.count == 1 ? .number(ids[0]) : .numbers(ids)
        }
        if let distribution = Distribution.read(lua, L, at: index) { return .distribution(distribution) }
        if let function = SpatialFunction.read(lua, L, at: index) { return .function(function) }
        if let mask = Mask.read(lua, L, at: index) { return .mask(mask) }
        if Positions.read(lua, L, at: index) != nil {
            throw InputError(
                "\(name): positions are an option, after the parameters: sim:create(model, n, { … }, { positions = P })"
            )
        }
        throw wrong(at: index, name, "a number, a boolean, a string, a list or a distribution")
    }

    /// A list of points.
    func points(at index: Int32) throws -> [[Double]]? { try lists(at: index, "positions") }

    /// A list of lists or Vectors; nil where the first element is neither.
    private func lists(at index: Int32, _ name: String) throws -> [[Double]]? {
        guard let count = try lua.sequenceLength(L, of: index), count > 0 else { return nil }
        var result: [[Double]] = []
        for i in 1...count {
            lua_rawgeti(L, index, lua_Integer(i))
            defer { lua_settop(L, -2) }
            guard let list = try numbers(ofElement: "\(name)[\(i)]") else {
                if i == 1 { return nil }
                throw wrong(at: -1, "\(name)[\(i)]", "a list of numbers")
            }
            result.append(list)
        }
        return result
    }

    /// The numbers of the list or Vector on top of the stack.
    private func numbers(ofElement name: String) throws -> [Double]? {
        let top = lua_gettop(L)
        if let vector = Vector.read(lua, L, at: top) { return try copy(vector, name) }
        guard lua_type(L, top) == LUA_TTABLE else { return nil }
        switch try list(at: top, name) {
        case .numbers(let numbers): return numbers
        case .texts: throw wrong(at: top, name, "a list of numbers")
        }
    }
}

extension LuaValue {
    init(_ value: Value) {
        switch value {
        case .number(let x): self = .number(x)
        case .flag(let b): self = .flag(b)
        case .text(let s): self = .text(s)
        case .numbers(let v): self = .vector(v)
        case .lists(let v): self = .list(v.map { .vector($0) })
        case .texts(let v): self = .list(v.map { .text($0) })
        case .distribution(let d): self = .object(d)
        case .function(let f): self = .object(f)
        case .mask(let mask): self = .object(mask)
        }
    }
}
