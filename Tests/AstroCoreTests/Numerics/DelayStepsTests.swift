import AstroBase
import Testing

@testable import AstroCore

/// What connect calls do with many delays at a time is what they do with one.
@Suite("Delays in vectors")
struct DelayStepsTests {
    private static func times(_ count: Int, _ resolution: Double) -> [Double] {
        var stream = RandomStream(seed: 8, StreamName(.script, call: count))
        return (0..<count).map { i in
            let step = Double(stream.below(65_000))
            // anywhere, at a step, and halfway between two, where rounding decides
            return resolution * (i % 3 == 0 ? step + stream.uniform() : i % 3 == 1 ? step : step + 0.5)
        }
    }

    @Test("To the nearest step, halves up", arguments: [0.1, 0.05, 0.3, 1, 1.0 / 3])
    func nearest(_ resolution: Double) {
        let times = Self.times(30_001, resolution)
        #expect(
            StepTimes(resolution).stepsNearest(times).map { Int($0) }
                == times.map { TimeGrid.stepsNearest($0, resolution) })
    }

    @Test("The least and the largest, wherever they are", arguments: 0..<40)
    func extent(_ count: Int) {
        let times = Self.times(count, 0.1).map { $0 - 3000 }
        #expect(times.extent?.least == times.min() && times.extent?.most == times.max())
    }
}
