import Equations

/// Where the sources and the targets of a call lie, and how far they are from each other.
struct Geometry: Sendable {
    let sources, targets: Layer
    /// Lengths after which space repeats itself; 0 where it has an end.
    let period: SIMD3<Double>

    /// The side of a call that one looks from.
    enum Side { case sources, targets }

    init(_ sources: Layer, _ targets: Layer) throws {
        guard sources.dimensions == targets.dimensions else {
            throw InputError(
                "the sources lie in \(sources.dimensions) dimensions, the targets in \(targets.dimensions)")
        }
        var period = SIMD3<Double>(repeating: 0)
        if let wrap = sources.wrap, let other = targets.wrap {
            guard wrap == other else {
                let text = { (list: [Double]) in list.map { formatted($0) }.joined(separator: " x ") }
                throw InputError(
                    "the space of the sources repeats itself after \(text(wrap)) mm, that of the targets after \(text(other)) mm"
                )
            }
            for (axis, length) in wrap.enumerated() { period[axis] = length }
        }
        (self.sources, self.targets, self.period) = (sources, targets, period)
    }

    private init(_ sources: Layer, _ targets: Layer, _ period: SIMD3<Double>) {
        (self.sources, self.targets, self.period) = (sources, targets, period)
    }

    var dimensions: Int { sources.dimensions }

    /// For connections the other way.
    var reversed: Geometry { Geometry(targets, sources, period) }

    func layer(_ side: Side) -> Layer { side == .sources ? sources : targets }

    func other(_ side: Side) -> Layer { side == .sources ? targets : sources }

    /// The shortest way: in a space that repeats itself from -1/2 to below 1/2 of its length.
    @inline(__always)
    func shortest(_ d: SIMD3<Double>) -> SIMD3<Double> {
        var d = d
        for axis in 0..<3 where period[axis] > 0 {
            d[axis] -= period[axis] * (d[axis] / period[axis] + 0.5).rounded(.down)
        }
        return d
    }
}

/// Numbers for pairs of nodes by where they lie: a formula, and the places.
struct PlacedFunction: Sendable {
    let function: SpatialFunction
    private let formula: PlaceFormula
    private let geometry: Geometry

    /// - `what`: is worked out, for messages.
    init(_ function: SpatialFunction, _ geometry: Geometry, of what: String) throws {
        (self.function, self.geometry) = (function, geometry)
        formula = try PlaceFormula(function.text, of: what)
        if geometry.dimensions == 2, formula.reads.contains(3) {
            throw InputError("\(what): there is no dz, since the nodes lie in 2 dimensions")
        }
    }

    private init(_ other: PlacedFunction, _ geometry: Geometry) {
        (function, formula, self.geometry) = (other.function, other.formula, geometry)
    }

    var reversed: PlacedFunction { PlacedFunction(self, geometry.reversed) }

    /// Is it the same both ways?
    var isSymmetric: Bool { formula.reads == [0] }

    /// The values between a node and some of the other side.
    func values(_ node: Int, _ others: [UInt32], from side: Geometry.Side) -> [Double] {
        let here = geometry.layer(side).point(node), layer = geometry.other(side)
        let sign = side == .sources ? 1.0 : -1.0
        return values(others.count) { geometry.shortest((layer.point(Int(others[$0])) - here) * sign) }
    }

    /// The values at some displacements, in blocks.
    private func values(_ count: Int, _ displacement: (Int) -> SIMD3<Double>) -> [Double] {
        let frame = Frame(formula.program), size = Frame.largest
        var result: [Double] = []
        result.reserveCapacity(count)
        withUnsafeTemporaryAllocation(byteCount: 4 * size * 8, alignment: 64) { bytes in
            let columns = bytes.bindMemory(to: Double.self).baseAddress!
            columns.initialize(repeating: 0, count: 4 * size)
            for (index, leaf) in formula.program.leaves.enumerated() {
                frame[index] = Place(base: columns + Int(leaf.index) * size, stride: 1)
            }
            for first in stride(from: 0, to: count, by: size) {
                let n = min(size, count - first)
                for i in 0..<n {
                    let d = displacement(first + i)
                    columns[i] = (d * d).sum().squareRoot()
                    for axis in 0..<3 { columns[(axis + 1) * size + i] = d[axis] }
                }
                frame.run(padded(n, to: Machine.width))
                result.append(contentsOf: UnsafeBufferPointer(start: frame.output(0), count: n))
            }
        }
        return result
    }
}
