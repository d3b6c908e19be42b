/// A physical unit: what it measures, and its size as a power of ten of the unit that formulas are worked out in.
///
/// Formulas use mV, ms, pA, uM and um, and what products make of them: nS = pA/mV, pF = pA ms/mV. So the usual numbers of the field
/// need no factor.
package struct PhysicalUnit: Hashable, Sendable {
    package var dimension: Dimension
    /// Twelfths of a decade: 12 is ten times the unit of formulas.
    var decades: Int

    package static let one = PhysicalUnit(dimension: .none, decades: 0)

    /// A value in this unit times the factor is the value in the unit of formulas.
    package var factor: Double {
        decades % 12 == 0
            ? PhysicalUnit.powerOfTen(decades / 12)
            : PhysicalUnit.powerOfTen(decades.floorDivided(by: 12)) * PhysicalUnit.twelfths[decades.modulo(12)]
    }

    static func * (a: Self, b: Self) -> Self {
        Self(dimension: a.dimension + b.dimension, decades: a.decades + b.decades)
    }

    /// nil where an exponent is not a multiple of a twelfth.
    func raised(to exponent: Double) -> PhysicalUnit? {
        guard let dimension = dimension.times(exponent), let decades = Dimension.whole(Double(decades) * exponent)
        else {
            return nil
        }
        return PhysicalUnit(dimension: dimension, decades: decades)
    }

    /// 10^n, as the decimal literal is rounded.
    static func powerOfTen(_ n: Int) -> Double { Double("1e\(n)") ?? .infinity }

    /// 10^(n/12), from correctly rounded decimals.
    private static let twelfths = [
        1, 1.2115276586285885, 1.4677992676220695, 1.7782794100389228, 2.154434690031884, 2.6101572156825367,
        3.1622776601683795, 3.831186849557288, 4.641588833612779, 5.623413251903491, 6.812920690579612,
        8.254041852680184,
    ]
}

extension Int {
    fileprivate func floorDivided(by n: Int) -> Int { (self - modulo(n)) / n }
    fileprivate func modulo(_ n: Int) -> Int { (self % n + n) % n }
}

/// Exponents of voltage, time, current, concentration and length, in twelfths.
package struct Dimension: Hashable, Sendable {
    private var twelfths: SIMD8<Int16>

    package static let none = Dimension(twelfths: .zero)
    package static let voltage = base(0), time = base(1), current = base(2), concentration = base(3), length = base(4)
    package static let conductance = current - voltage, capacitance = current + time - voltage

    private static func base(_ index: Int) -> Dimension {
        var twelfths = SIMD8<Int16>.zero
        twelfths[index] = 12
        return Dimension(twelfths: twelfths)
    }

    /// Of a product.
    package static func + (a: Self, b: Self) -> Self { Self(twelfths: a.twelfths &+ b.twelfths) }
    /// Of a quotient.
    package static func - (a: Self, b: Self) -> Self { Self(twelfths: a.twelfths &- b.twelfths) }

    /// Of a power; nil where an exponent is too large or not a multiple of a twelfth.
    func times(_ exponent: Double) -> Dimension? {
        var result = SIMD8<Int16>.zero
        for i in 0..<5 {
            guard let whole = Self.whole(Double(twelfths[i]) * exponent), abs(whole) <= 12 * 60 else { return nil }
            result[i] = Int16(whole)
        }
        return Dimension(twelfths: result)
    }

    static func whole(_ x: Double) -> Int? {
        guard abs(x) < 1e6, abs(x - x.rounded()) < 1e-9 else { return nil }
        return Int(x.rounded())
    }

    /// How many exponents are not 0, weighted by their size: what a name has to be found for.
    fileprivate var size: Int { (0..<5).reduce(0) { $0 + abs(Int(twelfths[$1])) } }
}

/// The names of the field's units, and what a person would call a dimension.
extension Dimension {
    private struct Named {
        let name: String
        let dimension: Dimension
    }

    private static let named = [
        Named(name: "mV", dimension: .voltage), Named(name: "pA", dimension: .current),
        Named(name: "nS", dimension: .conductance), Named(name: "pF", dimension: .capacitance),
        Named(name: "uM", dimension: .concentration), Named(name: "ms", dimension: .time),
        Named(name: "um", dimension: .length),
    ]

    /// In mV, ms, pA, nS, pF, uM, um: the product with the fewest factors, as in "pA/ms" or "1/(uM*ms)".
    package var name: String {
        for count in 0...3 {
            if let factors = Self.factors(of: self, atMost: count, from: 0) { return Self.product(factors) }
        }
        let bases: [(String, Dimension)] = [
            ("mV", .voltage), ("ms", .time), ("pA", .current), ("uM", .concentration), ("um", .length),
        ]
        return Self.product(bases.enumerated().compactMap { twelfths[$0] == 0 ? nil : ($1.0, Int(twelfths[$0])) })
    }

    private typealias Factor = (name: String, twelfths: Int)

    /// Exponents that are tried, the usual ones first.
    private static let exponents = [12, -12, 24, -24, 6, -6, 18, -18, 36, -36, 48, -48]

    private static func factors(of wanted: Dimension, atMost count: Int, from first: Int) -> [Factor]? {
        if wanted == .none { return [] }
        guard count > 0 else { return nil }
        for exponent in exponents {
            for index in first..<max(first, named.count) {
                guard let power = named[index].dimension.times(Double(exponent) / 12) else { continue }
                if let rest = factors(of: wanted - power, atMost: count - 1, from: index + 1) {
                    return [(named[index].name, exponent)] + rest
                }
            }
        }
        return nil
    }

    private static func product(_ factors: [Factor]) -> String {
        func text(_ factor: Factor) -> String {
            let exponent = abs(factor.twelfths)
            if exponent == 12 { return factor.name }
            return exponent % 12 == 0 ? "\(factor.name)^\(exponent / 12)" : "\(factor.name)^\(Double(exponent) / 12)"
        }
        let above = factors.filter { $0.twelfths > 0 }.map(text), below = factors.filter { $0.twelfths < 0 }.map(text)
        let numerator = above.isEmpty ? "1" : above.joined(separator: "*")
        if below.isEmpty { return numerator }
        return "\(numerator)/" + (below.count == 1 ? below[0] : "(\(below.joined(separator: "*")))")
    }
}

extension PhysicalUnit {
    private static let symbols: [(name: String, unit: PhysicalUnit)] = [
        ("V", .init(dimension: .voltage, decades: 36)), ("A", .init(dimension: .current, decades: 144)),
        ("S", .init(dimension: .conductance, decades: 108)), ("F", .init(dimension: .capacitance, decades: 144)),
        ("Ohm", .init(dimension: .voltage - .current, decades: -108)), ("s", .init(dimension: .time, decades: 36)),
        ("Hz", .init(dimension: .none - .time, decades: -36)), ("M", .init(dimension: .concentration, decades: 72)),
        ("m", .init(dimension: .length, decades: 72)),
    ]

    private static let prefixes: [(name: String, decades: Int)] = [
        ("f", -180), ("p", -144), ("n", -108), ("u", -72), ("m", -36), ("k", 36), ("M", 72), ("G", 108),
    ]

    /// By name, prefixed ones too.
    static let byName: [String: PhysicalUnit] = {
        var units: [String: PhysicalUnit] = [:]
        for (name, unit) in symbols {
            units[name] = unit
            for prefix in prefixes {
                units[prefix.name + name] = PhysicalUnit(
                    dimension: unit.dimension, decades: unit.decades + prefix.decades)
            }
        }
        units["cm"] = PhysicalUnit(dimension: .length, decades: 48)
        return units
    }()

    /// Names that a misspelt one may have meant.
    static let usualNames = [
        "mV", "V", "ms", "s", "pA", "nA", "uA", "nS", "mS", "uS", "pF", "nF", "uF", "uM", "nM", "mM", "Hz", "kHz",
        "MOhm",
        "GOhm", "um", "mm", "cm",
    ]
}
