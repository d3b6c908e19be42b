#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Points sorted into bins of equal size, so that those near a place are found without looking at all.
struct CellList: Sendable {
    private let low, high, width: SIMD3<Double>
    private let counts: SIMD3<Int>
    /// Where the points of each bin begin; one more than there are bins.
    private let starts: [Int32]
    /// Numbers of points, by bin, and where they lie.
    private let members: [UInt32]
    private let places: [SIMD3<Double>]

    private static let perBin = 4.0

    init(_ layer: Layer) {
        let (low, high) = layer.bounds
        (self.low, self.high) = (low, high)
        let (width, counts) = Self.bins(high - low, layer.count)
        (self.width, self.counts) = (width, counts)
        let bins = (0..<layer.count).map { Self.number(Self.bin(layer.point($0), low, width, counts), counts) }
        var starts = [Int32](repeating: 0, count: counts.x * counts.y * counts.z + 1)
        for bin in bins { starts[bin + 1] += 1 }
        for bin in 1..<starts.count { starts[bin] += starts[bin - 1] }
        var next = starts, members = [UInt32](repeating: 0, count: layer.count)
        for (i, bin) in bins.enumerated() {
            members[Int(next[bin])] = UInt32(i)
            next[bin] += 1
        }
        places = members.map { layer.point(Int($0)) }
        (self.starts, self.members) = (starts, members)
    }

    private static func bins(_ size: SIMD3<Double>, _ count: Int) -> (width: SIMD3<Double>, counts: SIMD3<Int>) {
        let axes = (0..<3).filter { size[$0] > 0 }
        var counts = SIMD3(repeating: 1), width = SIMD3(repeating: 1.0)
        guard !axes.isEmpty else { return (width, counts) }
        let volume = axes.reduce(1.0) { $0 * size[$1] }
        let edge = pow(volume / max(1, Double(count) / perBin), 1 / Double(axes.count))
        for axis in axes {
            counts[axis] = Int(min(max((size[axis] / max(edge, size[axis] / 4096)).rounded(), 1), 4096))
            width[axis] = size[axis] / Double(counts[axis])
        }
        // long thin layers: no more bins than points
        while counts.x * counts.y * counts.z > 2 * count + 8 {
            let axis = axes.max { counts[$0] < counts[$1] }!
            counts[axis] = (counts[axis] + 1) / 2
            width[axis] = size[axis] / Double(counts[axis])
        }
        return (width, counts)
    }

    private static func bin(
        _ place: SIMD3<Double>, _ low: SIMD3<Double>, _ width: SIMD3<Double>, _ counts: SIMD3<Int>
    ) -> SIMD3<Int> {
        var result = SIMD3(repeating: 0)
        for axis in 0..<3 {
            result[axis] = Int(
                min(max(((place[axis] - low[axis]) / width[axis]).rounded(.down), 0), Double(counts[axis] - 1)))
        }
        return result
    }

    private static func number(_ bin: SIMD3<Int>, _ counts: SIMD3<Int>) -> Int {
        (bin.x * counts.y + bin.y) * counts.z + bin.z
    }

    /// Calls `body` with each point of the bins that reach into a box.
    @inline(__always)
    private func forEach(
        _ from: SIMD3<Double>, _ to: SIMD3<Double>, _ body: (_ point: UInt32, _ place: SIMD3<Double>) -> Void
    ) {
        for axis in 0..<3 where to[axis] < low[axis] || from[axis] > high[axis] { return }
        let first = Self.bin(from, low, width, counts), last = Self.bin(to, low, width, counts)
        for x in first.x...last.x {
            for y in first.y...last.y {
                let start = Self.number(SIMD3(x, y, first.z), counts), end = Self.number(SIMD3(x, y, last.z), counts)
                for i in Int(starts[start])..<Int(starts[end + 1]) { body(members[i], places[i]) }
            }
        }
    }

    /// The same in a space that repeats itself: with where a point's image lies whose bin reaches into the box.
    @inline(__always)
    func forEachImage(
        _ from: SIMD3<Double>, _ to: SIMD3<Double>, period: SIMD3<Double>,
        _ body: (_ point: UInt32, _ place: SIMD3<Double>) -> Void
    ) {
        var first = SIMD3(repeating: 0), last = SIMD3(repeating: 0)
        for axis in 0..<3 where period[axis] > 0 {
            first[axis] = Int(((from[axis] - high[axis]) / period[axis]).rounded(.up))
            last[axis] = Int(((to[axis] - low[axis]) / period[axis]).rounded(.down))
            if first[axis] > last[axis] { return }
        }
        for x in first.x...last.x {
            for y in first.y...last.y {
                for z in first.z...last.z {
                    let shift = SIMD3(Double(x), Double(y), Double(z)) * period
                    forEach(from - shift, to - shift) { body($0, $1 + shift) }
                }
            }
        }
    }

    var count: Int { members.count }
    var size: SIMD3<Double> { high - low }
}

/// Who lies within a mask around nodes of one side.
struct Neighbours: Sendable {
    private let geometry: Geometry
    private let mask: Mask
    private let side: Geometry.Side
    private let list: CellList

    /// - `side`: that of the nodes whose neighbours are looked for.
    init(_ geometry: Geometry, _ mask: Mask, of side: Geometry.Side) {
        (self.geometry, self.mask, self.side) = (geometry, mask, side)
        list = CellList(geometry.other(side))
    }

    /// Appends the neighbours of a node, ascending, each once.
    func append(_ node: Int, to found: inout [UInt32]) {
        let here = geometry.layer(side).point(node), start = found.count
        let (low, high) = mask.bounds, sign = side == .sources ? 1.0 : -1.0
        let from = side == .sources ? here + low : here - high, to = side == .sources ? here + high : here - low
        list.forEachImage(from, to, period: geometry.period) { point, place in
            if mask.contains((place - here) * sign) { found.append(point) }
        }
        found[start...].sort()
        if geometry.period != SIMD3(repeating: 0) { found.removeRepeats(since: start) }
    }
}

extension [UInt32] {
    /// Of an ascending end.
    fileprivate mutating func removeRepeats(since start: Int) {
        guard count - start > 1 else { return }
        var kept = start + 1
        for i in start + 1..<count where self[i] != self[kept - 1] {
            self[kept] = self[i]
            kept += 1
        }
        removeLast(count - kept)
    }
}

/// The nearest nodes of one side to a node of the other.
struct Nearest: Sendable {
    private let geometry: Geometry
    private let list: CellList
    /// Squares of distances are compared as multiples of it: sums of places are not exact.
    private let grain: Double
    private let firstReach, farthest: Double
    private let count: Int

    /// The `count` targets that are nearest to each source.
    init(_ geometry: Geometry, count: Int) {
        (self.geometry, self.count) = (geometry, count)
        list = CellList(geometry.targets)
        let (low, high) = geometry.sources.bounds
        var size = pointwiseMax(high, geometry.targets.bounds.high) - pointwiseMin(low, geometry.targets.bounds.low)
        size = pointwiseMax(size, geometry.period)
        farthest = max((size * size).sum().squareRoot(), 1e-100)
        grain = farthest * farthest * 0x1p-40
        let reach = list.size, axes = (0..<3).filter { reach[$0] > 0 }
        let volume = axes.reduce(1.0) { $0 * reach[$1] }
        let room = volume * Double(count + 2) * 2 / Double(list.count)
        firstReach = axes.isEmpty ? farthest : pow(room, 1 / Double(axes.count)) / 2
    }

    /// From near to far, of equal ones the first.
    func targets(of source: Int) -> [UInt32] {
        let here = geometry.sources.point(source)
        var reach = firstReach
        while true {
            // beyond half a period an image is nearer than the point itself
            let isAll = reach >= farthest
            let reached = isAll ? Double.infinity : (reach * reach / grain).rounded(.down) - 1
            var found: [(distance: Double, point: UInt32)] = []
            let note = { (point: UInt32, place: SIMD3<Double>) in
                let d = geometry.shortest(place - here)
                let distance = ((d * d).sum() / grain).rounded()
                if distance <= reached { found.append((distance, point)) }
            }
            if isAll {
                for i in 0..<list.count { note(UInt32(i), geometry.targets.point(i)) }
            } else {
                list.forEachImage(here - reach, here + reach, period: geometry.period, note)
            }
            found.sort { ($0.distance, $0.point) < ($1.distance, $1.point) }
            var nearest: [UInt32] = []
            for entry in found where nearest.last != entry.point && nearest.count < count {
                nearest.append(entry.point)
            }
            if nearest.count == count || isAll { return nearest }
            reach *= 2
        }
    }
}
