/// A value a user gives for a parameter, or gets back.
public enum Value: Sendable, Equatable {
    case number(Double)
    case flag(Bool)
    case text(String)
    /// A list of numbers: one per node or connection, or the value of a list parameter such as `spike_times`.
    case numbers([Double])
    /// A list parameter's value for each node.
    case lists([[Double]])
    case texts([String])
    /// Drawn once per node or connection.
    case distribution(Distribution)
    /// Of where two nodes lie: worked out for each pair.
    case function(SpatialFunction)
    case mask(Mask)
}

extension Value: CustomStringConvertible {
    /// As an error message shows it.
    public var description: String {
        switch self {
        case .number(let x): return formatted(x)
        case .flag(let b): return b ? "true" : "false"
        case .text(let s): return "'\(s)'"
        case .numbers(let v): return "a list of \(v.count) numbers"
        case .lists(let v): return "a list of \(v.count) lists"
        case .texts(let v): return "a list of \(v.count) names"
        case .distribution(let d): return d.description
        case .function(let f): return "a function of distance (\(f))"
        case .mask(let mask): return "a mask (\(mask))"
        }
    }
}

/// Named values, as in `{ rule = "fixed_indegree", indegree = 800 }`. Keys are unique; the order has no meaning.
public typealias Settings = [String: Value]
