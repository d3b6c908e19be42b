/// A number as a user would write it: `2000`, `0.1`, `1e-09`.
public func formatted(_ x: Double) -> String {
    if x == x.rounded(), abs(x) < 1e15 { return String(Int64(x)) }
    return "\(x)"
}
