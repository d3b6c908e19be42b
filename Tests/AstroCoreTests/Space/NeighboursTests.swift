import Testing

@testable import AstroCore

/// Nodes anywhere in two or three dimensions, with edges that meet or not: what bins find is what a look at all pairs finds.
@Suite("Space: neighbours and the nearest")
struct NeighboursTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let dimensions: Int
        let wrap: Bool
        let seed: Int64

        var testDescription: String { "\(dimensions) dimensions, \(wrap ? "periodic" : "open"), seed \(seed)" }

        static let all: [Case] = [2, 3].flatMap { dimensions in
            [false, true].flatMap { wrap in (1...3).map { Case(dimensions: dimensions, wrap: wrap, seed: $0) } }
        }

        var extent: [Double] { Array([2.0, 1.0, 0.5].prefix(dimensions)) }

        func layer(_ count: Int, _ shift: Int64) throws -> Layer {
            let settings: Settings = ["extent": .numbers(extent), "wrap": .flag(wrap)]
            let stream = RandomStream(seed: seed + shift, StreamName(.position, call: 1))
            return try Positions(uniform: settings).layer(count, stream)
        }

        func geometry() throws -> Geometry { try Geometry(layer(80, 0), layer(300, 100)) }

        func mask(_ radius: Double) throws -> Mask {
            try Mask(
                [dimensions == 2 ? "circular" : "spherical": ["radius": .number(radius)]],
                anchor: .numbers(Array([0.1, -0.2, 0.05].prefix(dimensions))))
        }
    }

    @Test("Neighbours within a mask are those of all pairs, from either side", arguments: Case.all)
    func withinMask(_ test: Case) throws {
        let geometry = try test.geometry(), period = geometry.period
        for radius in [0.05, 0.2, 0.7] {
            let mask = try test.mask(radius)
            let isWithin = { (source: Int, target: Int) -> Bool in
                let d = geometry.targets.point(target) - geometry.sources.point(source)
                let images = (0..<3).map { period[$0] > 0 ? [-2.0, -1, 0, 1, 2].map { $0 } : [0] }
                for x in images[0] {
                    for y in images[1] {
                        for z in images[2] where mask.contains(d + SIMD3(x, y, z) * period) { return true }
                    }
                }
                return false
            }
            let forward = Neighbours(geometry, mask, of: .sources), back = Neighbours(geometry, mask, of: .targets)
            for source in 0..<geometry.sources.count {
                var found: [UInt32] = []
                forward.append(source, to: &found)
                #expect(found == (0..<UInt32(geometry.targets.count)).filter { isWithin(source, Int($0)) })
            }
            for target in 0..<geometry.targets.count {
                var found: [UInt32] = []
                back.append(target, to: &found)
                #expect(found == (0..<UInt32(geometry.sources.count)).filter { isWithin(Int($0), target) })
            }
        }
    }

    @Test("The nearest are those of all, from near to far", arguments: Case.all)
    func nearest(_ test: Case) throws {
        let geometry = try test.geometry()
        for count in [1, 5, 60, 300] {
            let nearest = Nearest(geometry, count: count)
            for source in 0..<geometry.sources.count {
                let here = geometry.sources.point(source)
                let distances = (0..<geometry.targets.count).map { target -> Double in
                    let d = geometry.shortest(geometry.targets.point(target) - here)
                    return (d * d).sum()
                }
                let expected = distances.indices.sorted { distances[$0] < distances[$1] }.prefix(count)
                #expect(nearest.targets(of: source).map { Int($0) } == Array(expected))
            }
        }
    }

    @Test("Of equally near ones the first are taken, though sums of places are not exact")
    func equals() throws {
        let settings: Settings = ["shape": .numbers([7, 7]), "extent": .numbers([0.7, 0.7]), "wrap": .flag(true)]
        let stream = RandomStream(seed: 1, StreamName(.position, call: 1))
        let grid = try Positions(grid: settings).layer(49, stream)
        let nearest = Nearest(try Geometry(grid, grid), count: 3)
        // itself, then of four neighbours the two with the lowest numbers
        for i in 0..<49 {
            let column = i / 7, row = i % 7
            let neighbours = [
                (column + 6) % 7 * 7 + row, (column + 1) % 7 * 7 + row, column * 7 + (row + 6) % 7,
                column * 7 + (row + 1) % 7,
            ].sorted()
            #expect(nearest.targets(of: i).map { Int($0) } == [i] + neighbours.prefix(2))
        }
    }
}
