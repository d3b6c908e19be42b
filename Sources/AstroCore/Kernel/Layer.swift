/// Where nodes lie, in mm: two or three coordinates a node.
struct Layer: Sendable, Equatable {
    let dimensions: Int
    /// Node by node.
    let coordinates: [Double]
    /// Lengths after which space repeats itself, one a dimension; nil where it has an end.
    let wrap: [Double]?

    var count: Int { coordinates.count / dimensions }

    /// What lies in a plane has 0 as its third coordinate.
    @inline(__always)
    func point(_ i: Int) -> SIMD3<Double> {
        let first = i &* dimensions
        return coordinates.withUnsafeBufferPointer {
            SIMD3($0[first], $0[first &+ 1], dimensions == 3 ? $0[first &+ 2] : 0)
        }
    }

    /// As a script reads it.
    func list(_ i: Int) -> [Double] { Array(coordinates[i * dimensions..<(i + 1) * dimensions]) }

    /// The smallest box that holds all.
    var bounds: (low: SIMD3<Double>, high: SIMD3<Double>) {
        var low = SIMD3<Double>(repeating: .infinity), high = SIMD3<Double>(repeating: -.infinity)
        for i in 0..<count {
            let place = point(i)
            low = pointwiseMin(low, place)
            high = pointwiseMax(high, place)
        }
        return (low, high)
    }
}
