/// The table that a script has given a rule, whose keys are known; reads values, and says what is wrong with them.
struct RuleSettings {
    let info: RuleInfo
    private let settings: Settings

    init(_ settings: Settings, _ info: RuleInfo) { (self.settings, self.info) = (settings, info) }

    subscript(_ key: String) -> Value? { settings[key] }

    /// - `standard`: what it is if it is not given; nil where it must be.
    func number(_ key: String, default standard: Double? = nil) throws -> Double {
        switch settings[key] {
        case .number(let x)?: return x
        case let other?: throw InputError("\(info.name): \(key) must be a number, got \(other)")
        case nil:
            guard let standard else { throw InputError("\(info.name) needs '\(key)'") }
            return standard
        }
    }

    func probability(_ key: String, default standard: Double? = nil) throws -> Double {
        let p = try number(key, default: standard)
        guard p >= 0 && p <= 1 else {
            throw InputError("\(info.name): \(key) = \(formatted(p)) is not a probability (0 to 1)")
        }
        return p
    }

    /// How many connections.
    func count(_ key: String) throws -> Int {
        let x = try number(key)
        guard x >= 0, x == x.rounded(), x < 0x1p53 else {
            throw InputError(
                "\(info.name): \(key) = \(formatted(x)) is not a number of connections (0, 1, 2, …)")
        }
        return Int(x)
    }

    func flag(_ flag: RuleFlag) throws -> Bool {
        switch settings[flag.rawValue] {
        case nil: return flag.standard
        case .flag(let b)?: return b
        case let other?: throw InputError("\(flag.rawValue) must be true or false, got \(other)")
        }
    }

    /// Flags that have not their default.
    func changedFlags() throws -> [RuleFlag] { try RuleFlag.allCases.filter { try flag($0) != $0.standard } }
}
