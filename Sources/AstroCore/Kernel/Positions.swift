/// Where a script wants nodes to be, in mm.
public enum Positions: Sendable, Equatable {
    /// Columns from the left, each from the top down; in three dimensions the third coordinate runs first.
    case grid(shape: [Int], Box)
    /// Evenly anywhere in the box; without a count as many as there are nodes, without a seed by the simulation's.
    case uniform(count: Int?, seed: Int64?, Box)
    /// Point by point.
    case points(dimensions: Int, [Double])

    public struct Box: Sendable, Equatable {
        let extent, center: [Double]
        let wrap: Bool
    }

    /// nil: as many as there are nodes.
    public var count: Int? {
        switch self {
        case .grid(let shape, _): shape.reduce(1, *)
        case .uniform(let count, _, _): count
        case .points(let dimensions, let list): list.count / dimensions
        }
    }

    public var dimensions: Int {
        switch self {
        case .grid(_, let box), .uniform(_, _, let box): box.extent.count
        case .points(let dimensions, _): dimensions
        }
    }

    /// - `stream`: of the simulation's seed, for positions without their own.
    func layer(_ count: Int, _ stream: RandomStream) -> Layer {
        switch self {
        case .grid(let shape, let box): return Self.grid(shape, box)
        case .points(let dimensions, let list): return Layer(dimensions: dimensions, coordinates: list, wrap: nil)
        case .uniform(_, let seed, let box):
            var random = seed.map { RandomStream(seed: $0, StreamName(.position)) } ?? stream
            var list: [Double] = []
            list.reserveCapacity(count * box.extent.count)
            for _ in 0..<count {
                for (length, middle) in zip(box.extent, box.center) {
                    list.append(middle + length * (random.uniform() - 0.5))
                }
            }
            return Layer(dimensions: box.extent.count, coordinates: list, wrap: box.wrap ? box.extent : nil)
        }
    }

    private static func grid(_ shape: [Int], _ box: Box) -> Layer {
        // the second coordinate runs from the top down
        let place = { (axis: Int, i: Int) -> Double in
            let length = box.extent[axis], half = length / 2
            let step = length / Double(shape[axis]) * (Double(i) + 0.5)
            return axis == 1 ? box.center[axis] + half - step : box.center[axis] - half + step
        }
        var list: [Double] = []
        list.reserveCapacity(shape.reduce(1, *) * shape.count)
        for i in 0..<shape[0] {
            for j in 0..<shape[1] {
                for k in 0..<(shape.count == 3 ? shape[2] : 1) {
                    list += [place(0, i), place(1, j)]
                    if shape.count == 3 { list.append(place(2, k)) }
                }
            }
        }
        return Layer(dimensions: shape.count, coordinates: list, wrap: box.wrap ? box.extent : nil)
    }
}

// MARK: - Reading

extension Positions {
    public init(grid settings: Settings) throws {
        let reader = try SpaceSettings(settings, ["shape", "extent", "center", "wrap"])
        guard let given = try reader.list("shape") else {
            throw reader.error("shape is missing: { columns, rows } or three numbers")
        }
        let shape = try given.map { x in
            guard x >= 1, x == x.rounded(), x < 0x1p31 else {
                throw reader.error("shape: \(formatted(x)) is not a number of nodes (1, 2, 3, …)")
            }
            return Int(x)
        }
        guard shape.count == 2 || shape.count == 3 else {
            throw reader.error("shape has \(shape.count) numbers; there may be 2 or 3")
        }
        guard shape.reduce(1.0, { $0 * Double($1) }) < 0x1p31 else {
            throw reader.error("shape: there are too many nodes")
        }
        self = .grid(shape: shape, try reader.box(shape.count))
    }

    public init(uniform settings: Settings) throws {
        let reader = try SpaceSettings(settings, ["n", "extent", "center", "wrap", "seed"])
        let count = try reader.number("n")
        if let count, !(count >= 1 && count == count.rounded() && count < 0x1p31) {
            throw reader.error("n = \(formatted(count)) is not a number of nodes (1, 2, 3, …)")
        }
        let seed = try reader.number("seed")
        if let seed, !(seed == seed.rounded() && abs(seed) < 0x1p53) {
            throw reader.error("seed = \(formatted(seed)) must be a whole number")
        }
        self = .uniform(count: count.map { Int($0) }, seed: seed.map { Int64($0) }, try reader.box(nil))
    }

    public init(points: [[Double]]) throws {
        guard let first = points.first else {
            throw InputError("positions: a list of points, each { x, y } or { x, y, z }")
        }
        guard first.count == 2 || first.count == 3 else {
            throw InputError("positions: point 1 has \(first.count) coordinates; there may be 2 or 3")
        }
        for (i, point) in points.enumerated() {
            guard point.count == first.count else {
                throw InputError(
                    "positions: point \(i + 1) has \(point.count) coordinates, the first has \(first.count)")
            }
            if let wrong = point.first(where: { !$0.isFinite }) {
                throw InputError("positions: point \(i + 1): \(formatted(wrong)) is not a finite number")
            }
        }
        self = .points(dimensions: first.count, points.flatMap { $0 })
    }
}

extension Positions: CustomStringConvertible {
    public var description: String {
        switch self {
        case .grid(let shape, let box):
            "grid of \(shape.map(String.init).joined(separator: " x ")) nodes on \(box.description)"
        case .uniform(let count, let seed, let box):
            "\(count.map { "\($0) random places" } ?? "random places") on \(box)\(seed.map { ", seed \($0)" } ?? "")"
        case .points(let dimensions, let list): "\(list.count / dimensions) points in \(dimensions) dimensions"
        }
    }
}

extension Positions.Box: CustomStringConvertible {
    public var description: String {
        let middle = center.map { formatted($0) }.joined(separator: ", "), isMoved = center.contains { $0 != 0 }
        return "\(extent.map { formatted($0) }.joined(separator: " x ")) mm"
            + "\(isMoved ? " about (\(middle))" : "")\(wrap ? ", periodic" : "")"
    }
}

/// A table about space, whose keys are known.
struct SpaceSettings {
    private let place: String
    private let settings: Settings

    /// - `place`: where the table is, where the call does not tell.
    init(_ settings: Settings, _ known: [String], in place: String = "") throws {
        (self.place, self.settings) = (place.isEmpty ? "" : "\(place): ", settings)
        for key in settings.keys.sorted() where !known.contains(key) {
            throw error(InputError.unknown("there is no key", key, among: known).message)
        }
    }

    func error(_ message: String) -> InputError { InputError(place + message) }

    func number(_ key: String) throws -> Double? {
        switch settings[key] {
        case nil: return nil
        case .number(let x)? where x.isFinite: return x
        case let other?: throw error("\(key) must be a number, got \(other)")
        }
    }

    /// One that has to be given.
    func needed(_ key: String) throws -> Double {
        guard let x = try number(key) else { throw error("\(key) is missing") }
        return x
    }

    func list(_ key: String) throws -> [Double]? {
        switch settings[key] {
        case nil: return nil
        case .numbers(let list)?:
            if let wrong = list.first(where: { !$0.isFinite }) {
                throw error("\(key): \(formatted(wrong)) is not a length")
            }
            return list
        case let other?: throw error("\(key) must be a list of numbers, got \(other)")
        }
    }

    func list(_ key: String, _ count: Int) throws -> [Double] {
        guard let list = try list(key) else { throw error("\(key) is missing") }
        guard list.count == count else { throw error("\(key) has \(list.count) numbers; it needs \(count)") }
        return list
    }

    private func flag(_ key: String) throws -> Bool {
        switch settings[key] {
        case nil: return false
        case .flag(let flag)?: return flag
        case let other?: throw error("\(key) must be true or false, got \(other)")
        }
    }

    /// - `dimensions`: nil where the extent tells.
    fileprivate func box(_ dimensions: Int?) throws -> Positions.Box {
        let extent = try list("extent") ?? Array(repeating: 1, count: dimensions ?? 2)
        guard extent.count == dimensions ?? extent.count, extent.count == 2 || extent.count == 3 else {
            throw error("extent has \(extent.count) numbers; it needs \(dimensions.map(String.init) ?? "2 or 3")")
        }
        if let wrong = extent.first(where: { !($0 > 0) }) { throw error("extent: \(formatted(wrong)) must be above 0") }
        let center = try settings["center"] == nil ? extent.map { _ in 0 } : list("center", extent.count)
        return Positions.Box(extent: extent, center: center, wrap: try flag("wrap"))
    }
}
