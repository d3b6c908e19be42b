import AstroCore
import Testing

extension NumericsTests {
    @Suite("The grid of time")
    struct TimeGridTests {
        @Test(
            "A delay goes to the nearest step, halves up",
            arguments: [
                (1.0, 0.1, 10), (0.25, 0.1, 3), (0.249, 0.1, 2), (0.35, 0.1, 4), (1.05, 0.1, 11), (2.15, 0.1, 22),
                (0.05, 0.1, 1), (0.049, 0.1, 0), (0.3, 0.1, 3), (1.5, 1, 2), (0.75, 0.5, 2), (0.125, 0.05, 3),
            ])
        func nearest(_ ms: Double, _ resolution: Double, _ steps: Int) {
            #expect(TimeGrid.stepsNearest(ms, resolution) == steps)
        }

        @Test(
            "A refractory time goes to the nearest 0.001 ms, then up to whole steps",
            arguments: [
                (0.0, 0.1, 0), (0.0004, 0.1, 0), (0.0005, 0.1, 1), (0.001, 0.1, 1), (0.1, 0.1, 1), (0.1004, 0.1, 1),
                (0.101, 0.1, 2), (2.0, 0.1, 20), (0.3, 0.1, 3), (0.7, 0.1, 7), (2.05, 0.1, 21), (1.2, 0.5, 3),
            ])
        func up(_ ms: Double, _ resolution: Double, _ steps: Int) {
            #expect(TimeGrid.stepsUp(ms, resolution) == steps)
        }

        @Test(
            "A time within 0.0005 ms of the grid is on it, any other is not",
            arguments: [
                (0.3, 0.1, 3), (0.3004, 0.1, 3), (0.2996, 0.1, 3), (0.3006, 0.1, nil), (0.2994, 0.1, nil),
                (0.35, 0.1, nil), (0.0004, 0.1, 0), (-0.2, 0.1, -2), (1e6, 0.1, 10_000_000), (0.75, 0.25, 3),
                (1, 0.3, nil),
                (.nan, 0.1, nil), (.infinity, 0.1, TimeGrid.never), (-.infinity, 0.1, -TimeGrid.never),
                (.greatestFiniteMagnitude, 0.1, TimeGrid.never),
            ] as [(Double, Double, Int?)])
        func onGrid(_ ms: Double, _ resolution: Double, _ steps: Int?) {
            #expect(TimeGrid.steps(ms, resolution) == steps)
        }

        @Test("Every step's time reads as it is written: 3 steps of 0.1 ms are 0.3")
        func written() {
            for step in stride(from: 0, to: 1_000_000, by: 7) {
                #expect(TimeGrid.ms(step, 0.1) == Double(step) / 10)
                #expect(TimeGrid.ms(step, 0.001) == Double(step) / 1000)
            }
            #expect(TimeGrid.ms(3, 0.1) == 0.3 && 3 * 0.1 != 0.3)
        }

        @Test("A step's time is on the grid, at that step", arguments: [0.001, 0.05, 0.1, 0.125, 0.3, 0.7, 1, 2.5])
        func back(_ resolution: Double) {
            for step in [0, 1, 2, 3, 7, 999, 12_345, 10_000_001] {
                let ms = TimeGrid.ms(step, resolution)
                #expect(TimeGrid.steps(ms, resolution) == step)
                #expect(TimeGrid.stepsNearest(ms, resolution) == step)
                #expect(TimeGrid.stepsUp(ms, resolution) == step)
            }
        }
    }
}
