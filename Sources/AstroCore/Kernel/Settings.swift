extension Parameter {
    /// `value` in the form of the default, or an error that says what is allowed.
    func conform(_ value: Value, of model: String) throws -> Value {
        switch (defaultValue, value) {
        case (.number, .number(let x)):
            try check(x, of: model)
            return value
        case (.flag, .flag), (.texts, .texts):
            return value
        case (.numbers, .numbers(let list)):
            try list.forEach { try check($0, of: model) }
            return value
        case (.numbers, .number(let x)):
            try check(x, of: model)
            return .numbers([x])
        case (.numbers, .texts(let list)) where list.isEmpty:
            return .numbers([])
        case (.texts, .numbers(let list)) where list.isEmpty:
            return .texts([])
        case (.texts, .text(let name)):
            return .texts([name])
        default:
            throw InputError("\(model): \(name) must be \(kindText), got \(value)")
        }
    }

    private var kindText: String {
        switch defaultValue {
        case .number: return "a number"
        case .flag: return "true or false"
        case .numbers: return "a list of numbers"
        case .texts: return "a list of names"
        case .text: return "a name"
        case .lists: return "a list of lists"
        case .distribution: return "a distribution"
        case .function: return "a function of distance"
        case .mask: return "a mask"
        }
    }
}

extension [String: Value] {
    func number(_ name: String) -> Double {
        if case .number(let x)? = self[name] { return x }
        return .nan
    }

    func numbers(_ name: String) -> [Double] {
        if case .numbers(let list)? = self[name] { return list }
        return []
    }

    /// A number of steps that a checkpoint holds; nil where there is none.
    func stamp(_ name: String) throws -> Int? {
        guard case .number(let x)? = self[name] else { return nil }
        guard let stamp = Int(exactly: x), abs(stamp) <= TimeGrid.never else {
            throw InputError("\(name) = \(formatted(x)) is not a number of steps")
        }
        return stamp
    }

    func flag(_ name: String) -> Bool {
        if case .flag(true)? = self[name] { return true }
        return false
    }

    func texts(_ name: String) -> [String] {
        if case .texts(let list)? = self[name] { return list }
        return []
    }
}
