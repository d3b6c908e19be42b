/// One row of a model's table, the only place where a parameter is written down: setting, checking, errors,
/// `astro.models`, the model's page and the checkpoint all read it.
public struct Parameter: Sendable {
    public enum Role: Sendable { case parameter, state }

    public let name: String
    public let defaultValue: Value
    public let unit: Unit
    public let meaning: String
    public let range: Range
    public let role: Role
    /// What is allowed beyond the range, which depends on other values: for pages and help.
    public let condition: String

    package init(
        _ name: String, _ defaultValue: Double, _ unit: Unit, _ meaning: String, _ range: Range = .any,
        _ role: Role = .parameter, and condition: String = ""
    ) {
        self.init(name, .number(defaultValue), unit, meaning, range, role, and: condition)
    }

    package init(
        _ name: String, _ defaultValue: Value, _ unit: Unit, _ meaning: String, _ range: Range = .any,
        _ role: Role = .parameter, and condition: String = ""
    ) {
        self.name = name
        self.defaultValue = defaultValue
        self.unit = unit
        self.meaning = meaning
        self.range = range
        self.role = role
        self.condition = condition
    }

    /// All that is allowed, in words.
    var allowed: String {
        let values: String
        switch defaultValue {
        case .flag: values = "true, false"
        case .texts: values = "a list of names"
        case .text: values = range.text
        case .numbers: values = "a list, each \(range.text)"
        case .number, .lists, .distribution, .function, .mask: values = range.text
        }
        return condition.isEmpty ? values : "\(values), \(condition)"
    }
}

/// The unit in which a user gives and gets a quantity. One per quantity, everywhere.
public struct Unit: Sendable, Hashable {
    public let rawValue: String

    package init(_ text: String) { rawValue = text }

    package static let mV = Unit("mV"), ms = Unit("ms"), pA = Unit("pA"), nS = Unit("nS"), pF = Unit("pF"),
        uM = Unit("uM"), Hz = Unit("Hz")
    package static let one = Unit("1"), degree = Unit("degree")
    package static let nSPerMs = Unit("nS/ms"), perMs = Unit("1/ms"), uMPerMs = Unit("uM/ms"),
        perUMPerMs = Unit("1/(uM ms)")
    package static let flag = Unit("true/false"), names = Unit("names"), target = Unit("depends on target"),
        weight = Unit("as weight")
}

extension Parameter {
    /// What a single value may be. Conditions say what is right, so that NaN is refused too.
    public enum Range: Sendable {
        case any, positive, nonNegative, fraction
        /// Finite or infinite.
        case extended
        /// Rounded to steps, of which there is room for so many.
        case delay
        /// As a model's author says it, in these words.
        case bounds(text: String, admits: @Sendable (Double) -> Bool)

        public var text: String {
            switch self {
            case .any: return "any finite number"
            case .positive: return "> 0"
            case .nonNegative: return ">= 0"
            case .fraction: return "0 to 1"
            case .extended: return "any number or infinity"
            case .delay: return "1 to 65535 steps after rounding"
            case .bounds(let text, _): return text
            }
        }

        func admits(_ x: Double) -> Bool {
            switch self {
            case .any, .delay: return x.isFinite
            case .positive: return x > 0 && x.isFinite
            case .nonNegative: return x >= 0 && x.isFinite
            case .fraction: return x >= 0 && x <= 1
            case .extended: return !x.isNaN
            case .bounds(_, let admits): return admits(x)
            }
        }
    }

    func check(_ x: Double, of model: @autoclosure () -> String) throws {
        guard !range.admits(x) else { return }
        let unitText = unit == .one || unit == .names || unit == .flag ? "" : " \(unit.rawValue)"
        throw InputError("\(model()): \(name) = \(formatted(x))\(unitText) is not allowed (\(range.text))")
    }
}

/// A quantity that a multimeter can sample.
public struct Recordable: Sendable {
    public let name: String
    public let unit: Unit
    public let meaning: String

    package init(_ name: String, _ unit: Unit, _ meaning: String) {
        self.name = name
        self.unit = unit
        self.meaning = meaning
    }
}

/// What documentation and help say about a model beside its tables.
public struct ModelText: Sendable {
    public let summary: String
    public let equations: String
    public let references: [String]
    public let notes: [String]

    package init(summary: String, equations: String = "", references: [String] = [], notes: [String] = []) {
        self.summary = summary
        self.equations = equations
        self.references = references
        self.notes = notes
    }
}
