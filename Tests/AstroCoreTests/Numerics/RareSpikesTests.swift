import AstroCore
import Foundation
import Testing

extension NumericsTests {
    @Suite("Rare Poisson spikes")
    struct RareSpikesTests {
        /// Stamps of each of 40 connections in some windows, and words that hold one spike each.
        private func stamps(_ mean: Double, windows: Range<Int>, since: Int = -1) throws -> [[Int]] {
            let trains = RareTrains(try RareWindow(mean: mean), seed: 3, StreamName(.poisson, call: 5), since: since)
            var result = [[Int]](repeating: [], count: 64)
            for window in windows {
                for block in 0..<2 {
                    trains.forEachSpike(block: block, window: window) { stamp, connection in
                        result[connection].append(stamp)
                    }
                }
            }
            return result.map { $0.sorted() }
        }

        static let means = [1e-9, 1e-5, 2e-4, RareWindow.largestMean]

        @Test("Counts have the mean and variance of Poisson numbers, and connections are independent", arguments: means)
        func counts(_ mean: Double) throws {
            let steps = 1 << (try RareWindow(mean: mean).shift), windows = 4000
            let all = try stamps(mean, windows: 0..<windows)
            // in pieces of half a window
            let piece = max(1, steps / 2), expected = mean * Double(piece)
            let counts = all.map { list in
                var counts = [Double](repeating: 0, count: windows * steps / piece)
                for stamp in list { counts[stamp / piece] += 1 }
                return counts
            }
            let flat = counts.flatMap { $0 }, n = Double(flat.count)
            #expect(abs(flat.mean - expected) <= 5 * (expected / n).squareRoot() + 1e-9)
            let deviation = ((expected + 2 * expected * expected) / n).squareRoot()
            #expect(abs(flat.populationVariance - expected) <= 5 * deviation + 1e-9)
            // neighbouring connections, and neighbouring pieces of the same one
            let across = zip(counts[0], counts[1]).map { ($0 - expected) * ($1 - expected) }
            let along = counts.flatMap { c in zip(c, c.dropFirst()).map { ($0 - expected) * ($1 - expected) } }
            #expect(abs(across.mean) <= 5 * expected / Double(across.count).squareRoot() + 1e-6)
            #expect(abs(along.mean) <= 5 * expected / Double(along.count).squareRoot() + 1e-6)
        }

        @Test("Intervals are exponential: their deciles")
        func intervals() throws {
            let mean = 2e-4
            let all = try stamps(mean, windows: 0..<4000)
            let intervals = all.flatMap { zip($0, $0.dropFirst()).map { Double($1 - $0) } }
            let n = Double(intervals.count)
            #expect(n > 50_000)
            for decile in 1..<10 {
                let p = Double(decile) / 10, limit = -log(1 - p) / mean
                let below = Double(intervals.filter { $0 <= limit }.count) / n
                #expect(abs(below - p) < 5 * (p * (1 - p) / n).squareRoot() + 1e-3, "\(p)")
            }
        }

        /// Spikes of parrots behind a generator, in pieces, on threads, with slices of ten steps or one.
        private func times(
            _ rate: Double, pieces: [Double], threads: Int = 2, slice: Double = 1, delays: Value = .number(1),
            saved: Bool = false, change: ((Simulation, Int) throws -> Void)? = nil
        ) throws -> [[Double]] {
            var simulation = try Simulation(seed: 2, threads: threads)
            simulation.smallCellsInTurn = 1
            let generator = try simulation.create(
                "poisson_generator", parameters: ["rate": .number(rate)], label: "source")
            let parrots = try simulation.create("parrot_neuron", count: 333)
            let pair = try simulation.create("parrot_neuron", count: 2)
            _ = try simulation.connect(generator, parrots, synapse: ["delay": delays])
            _ = try simulation.connect(pair.node(at: 1), pair.node(at: 2), synapse: ["delay": .number(slice)])
            _ = try simulation.record(parrots, options: ["label": .text("spikes")])
            let folder = try Folder()
            defer { folder.remove() }
            for (number, piece) in pieces.enumerated() {
                try change?(simulation, number)
                try simulation.simulate(piece)
                guard saved else { continue }
                try simulation.save(to: folder.path("rare"))
                simulation = try Simulation.load(from: folder.path("rare"), threads: 3)
            }
            let recorder = try simulation.recorder(labelled: "spikes")
            return [recorder.times, recorder.senders]
        }

        @Test(
            "Neither slices nor calls, threads or files show, whatever the delays", arguments: [0.5, 3, 49],
            [Value.number(1), .distribution(.uniform(min: 0.1, max: 60))])
        func cuts(_ rate: Double, _ delays: Value) throws {
            let one = try times(rate, pieces: [700], delays: delays)
            #expect(Double(one[0].count) > 333 * 0.5 * rate * 0.6)
            #expect(one == (try times(rate, pieces: [700], threads: 1, slice: 0.1, delays: delays)))
            #expect(one == (try times(rate, pieces: [0.3, 120.1, 0.1, 579.5], threads: 3, delays: delays)))
            #expect(one == (try times(rate, pieces: [33.3, 200, 466.7], delays: delays, saved: true)))
        }

        @Test("A rate changed between runs counts from then on; up to the dense ones and down again")
        func changes() throws {
            let rates = [20.0, 2000, 0, 5, 40]
            let seen = try times(1, pieces: rates.map { _ in 200 }) { simulation, number in
                try simulation.nodes(labelled: "source").set(["rate": .number(rates[number])])
            }[0]
            for (number, rate) in rates.enumerated() {
                let count = Double(
                    seen.filter { $0 > Double(number) * 200 + 1 && $0 <= Double(number + 1) * 200 + 1 }.count)
                let expected = 333 * 0.2 * rate * (number == rates.count - 1 ? 0.995 : 1)
                #expect(abs(count - expected) <= 5 * expected.squareRoot(), "\(rate) Hz")
            }
        }

        @Test("Start and stop cut the train; weights and delays set between runs change no spike that is sent")
        func windows() throws {
            let plain = try times(30, pieces: [300, 300])
            let cut = try times(30, pieces: [300, 300]) { simulation, number in
                guard number == 0 else { return }
                try simulation.nodes(labelled: "source").set(["start": .number(100), "stop": .number(400)])
            }
            let inside = plain[0].indices.filter { plain[0][$0] > 101.15 && plain[0][$0] < 401.15 }
            #expect(cut[0] == inside.map { plain[0][$0] } && cut[1] == inside.map { plain[1][$0] })
            let weighted = try times(30, pieces: [300, 300]) { simulation, number in
                if number == 1 { try simulation.connections().set(["weight": .number(2)]) }
            }
            #expect(weighted == plain)
        }
    }
}
