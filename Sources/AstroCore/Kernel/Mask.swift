/// A region around a sender, in mm, in which its targets lie. Edges belong to it; those of what is taken away do not.
public indirect enum Mask: Sendable, Equatable {
    case shape(MaskShape)
    case union(Mask, Mask), intersection(Mask, Mask), difference(Mask, Mask)

    public var dimensions: Int {
        switch self {
        case .shape(let shape): shape.dimensions
        case .union(let a, _), .intersection(let a, _), .difference(let a, _): a.dimensions
        }
    }

    /// Is a target within that has this displacement from its sender?
    func contains(_ d: SIMD3<Double>) -> Bool {
        switch self {
        case .shape(let shape): shape.contains(d)
        case .union(let a, let b): a.contains(d) || b.contains(d)
        case .intersection(let a, let b): a.contains(d) && b.contains(d)
        case .difference(let a, let b): a.contains(d) && !b.contains(d)
        }
    }

    /// A box that holds it; there may be more room in it than needed.
    var bounds: (low: SIMD3<Double>, high: SIMD3<Double>) {
        switch self {
        case .shape(let shape): return shape.bounds
        case .union(let a, let b):
            return (pointwiseMin(a.bounds.low, b.bounds.low), pointwiseMax(a.bounds.high, b.bounds.high))
        case .intersection(let a, let b):
            let low = pointwiseMax(a.bounds.low, b.bounds.low)
            return (low, pointwiseMax(low, pointwiseMin(a.bounds.high, b.bounds.high)))
        case .difference(let a, _): return a.bounds
        }
    }

    /// How many shapes it is made of.
    private var shapes: Int {
        switch self {
        case .shape: 1
        case .union(let a, let b), .intersection(let a, let b), .difference(let a, let b): a.shapes + b.shapes
        }
    }

    /// Each node that is looked at asks them all.
    private static let mostShapes = 200

    /// "+", "*" and "-" of scripts.
    public func joined(_ other: Mask, by sign: Character) throws -> Mask {
        guard dimensions == other.dimensions else {
            throw InputError(
                "a mask of \(dimensions) dimensions and one of \(other.dimensions) can't be joined")
        }
        guard shapes + other.shapes <= Self.mostShapes else {
            throw InputError("a mask of \(shapes + other.shapes) shapes is too complex (at most \(Self.mostShapes))")
        }
        switch sign {
        case "+": return .union(self, other)
        case "*": return .intersection(self, other)
        default: return .difference(self, other)
        }
    }
}

/// A simple mask: a box, an ellipsoid, or a ball without the one within it.
public struct MaskShape: Sendable, Equatable {
    enum Kind: Equatable, Sendable {
        /// Half the lengths of its axes.
        case ellipsoid(SIMD3<Double>)
        case ring(inner: Double, outer: Double)
        /// Half the lengths of its sides.
        case box(SIMD3<Double>)
    }

    let name: String
    public let dimensions: Int
    private let kind: Kind
    private let center: SIMD3<Double>
    private let turn: Turn?

    /// Distances from an edge that count as none: sums of places are not exact.
    private static let edge = 1e-10

    func contains(_ d: SIMD3<Double>) -> Bool {
        let r = turn?.back(d - center) ?? (d - center), slack = 1 + Self.edge
        switch kind {
        case .ellipsoid(let axes):
            let u = r / axes
            return (u * u).sum() <= slack * slack
        case .ring(let inner, let outer):
            let square = (r * r).sum()
            return square <= (outer * slack) * (outer * slack) && square > (inner * slack) * (inner * slack)
        case .box(let half):
            let limit = half + half.max() * Self.edge
            return abs(r.x) <= limit.x && abs(r.y) <= limit.y && abs(r.z) <= limit.z
        }
    }

    fileprivate var bounds: (low: SIMD3<Double>, high: SIMD3<Double>) {
        var reach: SIMD3<Double>
        switch kind {
        case .ellipsoid(let axes): reach = axes
        case .ring(_, let outer): reach = SIMD3(repeating: outer)
        case .box(let half): reach = half
        }
        if turn != nil { reach = SIMD3(repeating: (reach * reach).sum().squareRoot()) }
        reach += reach.max() * 2 * Self.edge
        return (center - reach, center + reach)
    }

    /// A turn about the third axis, then a tilt towards it, in degrees: NEST's azimuth_angle and polar_angle.
    struct Turn: Equatable, Sendable {
        private let azimuth, polar: SIMD2<Double>
        fileprivate let text: String

        init(azimuth: Double, polar: Double) {
            let pair = { (angle: Double) -> SIMD2<Double> in
                let (sin, cos) = sinCosOfTurns(angle / 360)
                return SIMD2(cos, sin)
            }
            (self.azimuth, self.polar) = (pair(azimuth), pair(polar))
            text = ", turned by \(formatted(azimuth))\(polar == 0 ? "" : " and \(formatted(polar))") degrees"
        }

        /// A displacement as the shape sees it that is not turned.
        @inline(__always)
        fileprivate func back(_ d: SIMD3<Double>) -> SIMD3<Double> {
            let along = azimuth.x * d.x + azimuth.y * d.y, across = azimuth.x * d.y - azimuth.y * d.x
            return SIMD3(polar.x * along - polar.y * d.z, across, polar.y * along + polar.x * d.z)
        }
    }
}

// MARK: - Reading

extension Mask {
    /// Kinds of shapes with their keys.
    static let kinds: [String: [String]] = [
        "circular": ["radius"], "spherical": ["radius"],
        "doughnut": ["inner_radius", "outer_radius"],
        "rectangular": ["lower_left", "upper_right", "azimuth_angle"],
        "box": ["lower_left", "upper_right", "azimuth_angle", "polar_angle"],
        "elliptical": ["major_axis", "minor_axis", "azimuth_angle", "anchor"],
        "ellipsoidal": ["major_axis", "minor_axis", "polar_axis", "azimuth_angle", "polar_angle", "anchor"],
    ]

    /// As in `{ circular = { radius = 0.5 }, anchor = { 0.1, 0 } }`.
    ///
    /// - `tables`: what is a table with names.
    public init(_ tables: [String: Settings], anchor: Value?) throws {
        let known = Self.kinds.keys.sorted()
        for kind in tables.keys.sorted() where !known.contains(kind) {
            throw InputError.unknown("there is no kind", kind, among: known + ["anchor"])
        }
        guard tables.count == 1, let (kind, given) = tables.first else {
            throw InputError(
                tables.isEmpty
                    ? "a kind is missing, as in { circular = { radius = 0.5 } } (there are: \(known.joined(separator: ", ")))"
                    : "one kind per table (\(tables.keys.sorted().joined(separator: ", ")) are given); astro.space.mask {…} + astro.space.mask {…} joins several"
            )
        }
        var settings = given
        if let anchor {
            guard settings["anchor"] == nil else { throw InputError("anchor is given twice") }
            settings["anchor"] = anchor
        }
        self = .shape(try MaskShape(kind, settings))
    }
}

extension MaskShape {
    fileprivate init(_ kind: String, _ settings: Settings) throws {
        let reader = try SpaceSettings(settings, Mask.kinds[kind]! + ["anchor"], in: kind)
        let dimensions = ["spherical", "box", "ellipsoidal"].contains(kind) ? 3 : 2
        (name, self.dimensions) = (kind, dimensions)
        var center =
            try settings["anchor"] == nil ? SIMD3(repeating: 0) : Self.vector(reader.list("anchor", dimensions))
        switch kind {
        case "circular", "spherical": self.kind = .ellipsoid(SIMD3(repeating: try Self.positive("radius", reader)))
        case "doughnut": self.kind = try Self.ring(reader)
        case "rectangular", "box":
            let low = Self.vector(try reader.list("lower_left", dimensions)),
                high = Self.vector(try reader.list("upper_right", dimensions))
            for axis in 0..<dimensions where !(low[axis] < high[axis]) {
                throw reader.error(
                    "upper_right must be above lower_left in each coordinate: \(formatted(high[axis])) is not above \(formatted(low[axis]))"
                )
            }
            var half = (high - low) / 2
            if dimensions == 2 { half.z = half.max() }
            self.kind = .box(half)
            center += (low + high) / 2
        default: self.kind = try Self.ellipsoid(reader, dimensions)
        }
        let azimuth = try reader.number("azimuth_angle") ?? 0, polar = try reader.number("polar_angle") ?? 0
        turn = azimuth == 0 && polar == 0 ? nil : Turn(azimuth: azimuth, polar: polar)
        self.center = center
    }

    private static func vector(_ list: [Double]) -> SIMD3<Double> {
        SIMD3(list[0], list[1], list.count > 2 ? list[2] : 0)
    }

    private static func positive(_ key: String, _ reader: SpaceSettings) throws -> Double {
        let x = try reader.needed(key)
        guard x > 0 else { throw reader.error("\(key) = \(formatted(x)) must be above 0") }
        return x
    }

    private static func ring(_ reader: SpaceSettings) throws -> Kind {
        let inner = try reader.needed("inner_radius"), outer = try positive("outer_radius", reader)
        guard inner >= 0, inner < outer else {
            throw reader.error(
                "inner_radius = \(formatted(inner)) must be from 0 to below outer_radius = \(formatted(outer))")
        }
        return .ring(inner: inner, outer: outer)
    }

    private static func ellipsoid(_ reader: SpaceSettings, _ dimensions: Int) throws -> Kind {
        let major = try positive("major_axis", reader), minor = try positive("minor_axis", reader)
        guard minor <= major else {
            throw reader.error(
                "minor_axis = \(formatted(minor)) must not be above major_axis = \(formatted(major))")
        }
        return .ellipsoid(SIMD3(major, minor, dimensions == 3 ? try positive("polar_axis", reader) : 2) / 2)
    }
}

extension Mask: CustomStringConvertible {
    public var description: String {
        switch self {
        case .shape(let shape): shape.description
        case .union(let a, let b): "(\(a) + \(b))"
        case .intersection(let a, let b): "(\(a) * \(b))"
        case .difference(let a, let b): "(\(a) - \(b))"
        }
    }
}

extension MaskShape: CustomStringConvertible {
    public var description: String {
        let place = (0..<dimensions).map { formatted(center[$0]) }.joined(separator: ", ")
        let half = { (v: SIMD3<Double>) in (0..<dimensions).map { formatted(2 * v[$0]) }.joined(separator: " x ") }
        let size =
            switch kind {
            case .ellipsoid(let axes): half(axes)
            case .box(let sides): half(sides)
            case .ring(let inner, let outer): "\(formatted(inner)) to \(formatted(outer))"
            }
        return "\(name) \(size) mm about (\(place))\(turn?.text ?? "")"
    }
}

extension Mask {
    /// As a script asks.
    public func contains(_ displacement: [Double]) throws -> Bool {
        guard displacement.count == dimensions else {
            throw InputError("displacement has \(displacement.count) numbers; the mask needs \(dimensions)")
        }
        return contains(SIMD3(displacement[0], displacement[1], dimensions == 3 ? displacement[2] : 0))
    }
}
