import AstroCore
import Foundation
import Testing

extension NumericsTests {
    @Suite("Random numbers")
    struct RandomTests {
        /// Known answers of Random123, the authors' own implementation (philox4x32, 10 rounds).
        static let knownAnswers: [(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, block: SIMD4<UInt32>)] = [
            (SIMD4(0, 0, 0, 0), SIMD2(0, 0), SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
            (
                SIMD4(repeating: 0xffff_ffff), SIMD2(repeating: 0xffff_ffff),
                SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
            ),
            (
                SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
                SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ]

        @Test("Philox4x32-10 gives the published known answers, a number and a vector at a time", arguments: 0..<3)
        func philox(_ i: Int) {
            let (counter, key, block) = Self.knownAnswers[i]
            #expect(Philox.block(counter: counter, key: key) == block)
            let c = (0..<4).map { WordLanes(repeating: UInt64(counter[$0])) }
            let x = Philox.block(c[0], c[1], c[2], c[3], key: key)
            for (word, lanes) in [x.0, x.1, x.2, x.3].enumerated() {
                #expect(lanes == WordLanes(repeating: UInt64(block[word])))
            }
        }

        @Test("A stream is the blocks of its counter, and can start at any of them")
        func stream() {
            var stream = RandomStream(seed: 5 << 32 + 7, StreamName(.connection, call: 3, member: 11))
            for block in 0..<3 as Range<UInt32> {
                let expected = Philox.block(counter: SIMD4(block, 0, 11, 2 << 24 ^ 3), key: SIMD2(7, 5))
                for word in 0..<4 { #expect(stream.word() == expected[word]) }
            }
            var late = RandomStream(seed: 5 << 32 + 7, StreamName(.connection, call: 3, member: 11), from: 3)
            #expect((0..<9).map { _ in late.word() } == (0..<9).map { _ in stream.word() })
        }

        @Test("Streams differ in every part of their name")
        func names() {
            let name = StreamName(.connection, call: 1, member: 1)
            let streams = [
                RandomStream(seed: 1, name), RandomStream(seed: 2, name), RandomStream(seed: 1 + 1 << 32, name),
                RandomStream(seed: 1, StreamName(.pool, call: 1, member: 1)),
                RandomStream(seed: 1, StreamName(.connection, call: 2, member: 1)),
                RandomStream(seed: 1, StreamName(.connection, call: 1, member: 2)),
            ]
            let first = Set(
                streams.map { stream in
                    var stream = stream
                    return stream.word64()
                })
            #expect(first.count == streams.count)
        }

        /// Where numbers go over from bit to bit, and from the places of one purpose to those of another.
        private static func calls(_ purpose: Purpose) -> [Int] {
            let near = (0..<62).map { 1 << $0 } + [0xf0_0000, 0xf_0000, 0xff_ffff, 0x10_0000, purpose.mostCalls]
            let all = near.flatMap { [$0 - 2, $0 - 1, $0, $0 + 1] } + Array(0..<40)
            return Set(all.filter { $0 >= 0 && $0 < purpose.mostCalls }).sorted()
        }

        @Test("Every purpose, call, parameter and member has a name of its own, over all that is allowed")
        func allNames() {
            let members = [0, 1, 0xffff_ffff, 1 << 32, 1 << 32 + 1, StreamName.mostMembers - 1]
            var names = Set<StreamName>(), counters = Set<SIMD4<UInt32>>(), count = 0
            for purpose in Purpose.allCases {
                let parameters = Set([0, 1, purpose.mostParameters - 1]).filter { $0 < purpose.mostParameters }
                for call in Self.calls(purpose) {
                    for parameter in parameters {
                        for member in members {
                            let name = StreamName(purpose, call: call, parameter: parameter, member: member)
                            names.insert(name)
                            counters.insert(name.counter(0))
                            #expect(name == StreamName(purpose, call: call, parameter: parameter).of(member: member))
                            count += 1
                        }
                    }
                }
            }
            #expect(names.count == count && counters.count == count)
        }

        @Test("Streams that go by time meet no other, up to the last step; nor do windows of Poisson numbers")
        func blocks() {
            var counters = Set<SIMD4<UInt32>>(), count = 0
            for purpose in [Purpose.noise, .poisson, .recordedPoisson] {
                for call in Self.calls(purpose) {
                    for block in [0, 1, 0xffff_ffff, 1 << 32, StreamName.mostSteps - 1] {
                        let counter = StreamName(purpose, call: call, member: 3).counter(UInt64(block))
                        counters.insert(counter)
                        // bits 20 to 31 are those of windows (`PoissonTrains`)
                        if purpose != .noise { #expect(counter[1] >> 20 == 0) }
                        count += 1
                    }
                }
            }
            #expect(counters.count == count)
        }

        @Test("The first names are what they were before they could overflow")
        func oldNames() {
            let old: [(StreamName, UInt32)] = [
                (StreamName(.nodeParameter, call: 65_535, parameter: 255, member: 7), 1 << 24 ^ 0xff_ffff),
                (StreamName(.connection, call: 0xff_fffe, member: 7), 2 << 24 ^ 0xff_fffe),
                (StreamName(.recorderRule, member: 7), 2 << 24 ^ 0xff_ffff),
                (StreamName(.synapseParameter, call: 0xe_ffff, parameter: 9, member: 7), 3 << 24 ^ (0xe_ffff * 16 + 9)),
                (StreamName(.synapseAssignment, call: 0xf_ffff, member: 7), 3 << 24 ^ (0xf0_0000 ^ 0xf_ffff)),
                (StreamName(.thirdFactor, call: 5, member: 7), 4 << 24 ^ 5),
                (StreamName(.pool, call: 5, member: 7), 5 << 24 ^ 5),
                (StreamName(.poisson, call: 5, member: 7), 6 << 24 ^ 5),
                (StreamName(.recordedPoisson, call: 5, member: 7), 6 << 24 ^ (1 << 23 | 5)),
                (StreamName(.noise, call: 5, member: 7), 7 << 24 ^ 5),
                (StreamName(.sample, call: 5, member: 7), 8 << 24 ^ 5),
                (StreamName(.nodeAssignment, call: 65_535, parameter: 3, member: 7), 9 << 24 ^ (65_535 * 256 + 3)),
            ]
            for (name, word) in old { #expect(name.counter(1 << 33 | 5) == SIMD4(5, 2, 7, word)) }
        }

        @Test("Beyond all names there is an error", arguments: Purpose.allCases)
        func limits(_ purpose: Purpose) throws {
            try StreamName.check(purpose, call: purpose.mostCalls - 1, "calls")
            #expect(throws: InputError.self) { try StreamName.check(purpose, call: purpose.mostCalls, "calls") }
        }

        @Test("Every model's parameters have names")
        func parameters() {
            for model in Catalogue.models {
                let purpose = model.kind == "synapse" ? Purpose.synapseParameter : .nodeParameter
                #expect(model.parameters.count <= purpose.mostParameters, "\(model.name)")
            }
        }

        @Test("The 524 288th set draws other numbers than create")
        func manyAssignments() throws {
            let simulation = try Simulation(seed: 7, threads: 1)
            let drawn: Settings = ["V_m": .distribution(.uniform(min: -75, max: -60))]
            let cells = try simulation.create("aeif_cond_alpha_astro", count: 3, parameters: drawn)
            let first = try potentials(cells)
            simulation.skipCalls(1 << 19)
            try cells.set(drawn)
            #expect(zip(first, try potentials(cells)).allSatisfy { $0 != $1 })
            simulation.skipCalls(1 << 61)
            #expect(throws: InputError.self) { try cells.set(drawn) }
            #expect(throws: InputError.self) { try simulation.connect(cells, cells) }
            #expect(throws: InputError.self) { try cells.sample(2) }
            #expect(throws: InputError.self) { try simulation.create("parrot_neuron") }
        }

        private func potentials(_ cells: Nodes) throws -> [Double] {
            guard case .numbers(let values) = try cells.get("V_m") else { return [] }
            return values
        }

        /// Two values of three are hit by 3 words of 64 bits out of 8, the third by 2, unless some words are thrown away.
        @Test("below is unbiased where the bound is nearly as large as the words (false alarm: 1 in a million)")
        func belowHuge() {
            var stream = RandomStream(seed: 1, StreamName(.sample, call: 0))
            let bound = 3 << 61, n = 30_000
            var counts = [0.0, 0, 0]
            for _ in 0..<n {
                let x = stream.below(bound)
                #expect(x >= 0 && x < bound)
                counts[x % 3] += 1
            }
            let chiSquare = counts.reduce(0) { $0 + ($1 - Double(n) / 3) * ($1 - Double(n) / 3) / (Double(n) / 3) }
            #expect(chiSquareTail(chiSquare, freedom: 2) > 1e-6)
        }

        @Test("below reaches every value equally often (false alarm: 1 in a million each)", arguments: [1, 2, 7, 1000])
        func belowSmall(_ bound: Int) {
            var stream = RandomStream(seed: 2, StreamName(.sample, call: bound))
            let mean = 200.0
            var counts = [Double](repeating: 0, count: bound)
            for _ in 0..<bound * Int(mean) { counts[stream.below(bound)] += 1 }
            let chiSquare = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / mean }
            #expect(bound == 1 ? counts == [mean] : chiSquareTail(chiSquare, freedom: bound - 1) > 1e-6)
        }

        /// So many numbers are drawn before: two of the four words of a block each.
        @Test("fill gives what below gives one by one, wherever the stream is", arguments: [0, 1, 2, 4, 5, 8, 9, 40])
        func fill(_ before: Int) {
            for (a, b) in [(1, 1), (7, 1000), (20_683, 5_834), (1 << 16, 1 << 31), (Int(UInt32.max), 3)] {
                var bulk = RandomStream(seed: 3 << 33 + 1, StreamName(.connection, call: 2, member: 5))
                for _ in 0..<before { _ = bulk.below(10) }
                var single = bulk
                for round in 0..<5 {
                    let filled = [UInt32](unsafeUninitializedCapacity: RandomStream.bulk) {
                        bulk.fill($0.baseAddress!, below: a, b)
                        $1 = RandomStream.bulk
                    }
                    let expected = (0..<RandomStream.bulk).map { UInt32(single.below($0 % 2 == 0 ? a : b)) }
                    #expect(filled == expected, "below \(a) and \(b), round \(round)")
                }
                // and goes on from there
                #expect((0..<9).map { _ in bulk.word() } == (0..<9).map { _ in single.word() })
            }
        }

        @Test("A stream tells how many blocks have been drawn, and can begin behind them", arguments: [0, 3, 1000])
        func blocks(_ first: Int) {
            let name = StreamName(.connection, call: 2, member: 5)
            var stream = RandomStream(seed: 4, name, from: first)
            for words in 1...100 {
                _ = stream.word()
                #expect(stream.blocksDrawn == (words % 4 == 0 ? first + words / 4 : nil))
            }
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: RandomStream.bulk) {
                stream.fill($0.baseAddress!, below: 10, 20)
            }
            #expect(stream.blocksDrawn == first + 25 + RandomStream.bulk / 2)
            var behind = RandomStream(seed: 4, name, from: first + 25 + RandomStream.bulk / 2)
            #expect((0..<9).map { _ in stream.word() } == (0..<9).map { _ in behind.word() })
        }

        @Test(
            "A sample's nodes are distinct and ascending, and every set is equally likely (false alarm: 1 in a million)"
        )
        func distinct() throws {
            let nodes = try Simulation(seed: 3).create("parrot_neuron", count: 6)
            let mean = 300.0
            var counts: [[Int]: Double] = [:]
            for _ in 0..<15 * Int(mean) {
                let ids = try nodes.sample(2).ids
                #expect(ids.count == 2 && ids[0] < ids[1])
                counts[ids, default: 0] += 1
            }
            #expect(counts.count == 15)
            let chiSquare = counts.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / mean }
            #expect(chiSquareTail(chiSquare, freedom: 14) > 1e-6)
            #expect(try nodes.sample(6).ids == nodes.ids)
        }

        // MARK: Distributions

        /// A distribution with its cumulative probabilities, mean and standard deviation.
        struct Law: Sendable, CustomTestStringConvertible {
            let distribution: Distribution
            let mean, deviation: Double
            let cumulative: @Sendable (Double) -> Double
            var testDescription: String { distribution.description }
        }

        static func normalCumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

        /// Mean and deviation of a standard normal number, given that it is in an interval.
        static func truncated(_ a: Double, _ b: Double) -> (mean: Double, deviation: Double) {
            func density(_ x: Double) -> Double { Foundation.exp(-x * x / 2) / (2 * Double.pi).squareRoot() }
            let mass = normalCumulative(b) - normalCumulative(a)
            let mean = (density(a) - density(b)) / mass
            return (mean, (1 + (a * density(a) - b * density(b)) / mass - mean * mean).squareRoot())
        }

        static let laws: [Law] = [
            Law(distribution: .uniform(min: -3, max: 5), mean: 1, deviation: 8 / 12.0.squareRoot()) { ($0 + 3) / 8 },
            Law(distribution: .normal(mean: 2, std: 0.5), mean: 2, deviation: 0.5) { normalCumulative(($0 - 2) / 0.5) },
            Law(distribution: .exponential(beta: 3), mean: 3, deviation: 3) { 1 - Foundation.exp(-$0 / 3) },
            Law(
                distribution: .lognormal(mean: 0.3, std: 0.4), mean: Foundation.exp(0.3 + 0.08),
                deviation: Foundation.exp(0.3 + 0.08) * (Foundation.exp(0.16) - 1).squareRoot()
            ) { normalCumulative((Foundation.log($0) - 0.3) / 0.4) },
            Law(
                distribution: .redraw(.normal(mean: 0, std: 1), min: -0.5, max: 2), mean: truncated(-0.5, 2).mean,
                deviation: truncated(-0.5, 2).deviation
            ) { (normalCumulative($0) - normalCumulative(-0.5)) / (normalCumulative(2) - normalCumulative(-0.5)) },
        ]

        /// Drawn the way scripts draw: one number a node.
        private func draw(_ distribution: Distribution, _ n: Int) throws -> [Double] {
            let nodes = try Simulation(seed: 11).create(
                "aeif_cond_alpha_astro", count: n, parameters: ["I_e": .distribution(distribution)])
            guard case .numbers(let values) = try nodes.get("I_e") else { return [] }
            return values
        }

        @Test(
            "Draws have their law's cumulative probabilities: Kolmogorov-Smirnov, false alarm 1 in a million",
            arguments: laws)
        func kolmogorovSmirnov(_ law: Law) throws {
            let x = try draw(law.distribution, 40_000).sorted(), n = Double(x.count)
            try #require(x.count == 40_000)
            let largest = x.indices.map { i in
                max(abs(law.cumulative(x[i]) - Double(i) / n), abs(law.cumulative(x[i]) - Double(i + 1) / n))
            }.max()!
            // P(sqrt(n) D > d) is about 2 exp(-2 d^2)
            #expect(2 * Foundation.exp(-2 * n * largest * largest) > 1e-6, "D = \(largest)")
        }

        @Test("Draws have their law's mean and variance, within 5 standard errors", arguments: laws)
        func moments(_ law: Law) throws {
            let x = try draw(law.distribution, 40_000), n = Double(x.count)
            #expect(abs(x.mean - law.mean) < 5 * law.deviation / n.squareRoot())
            let squares = x.map { ($0 - law.mean) * ($0 - law.mean) }
            #expect(abs(squares.mean - law.deviation * law.deviation) < 5 * squares.populationSD / n.squareRoot())
        }

        @Test("uniform_int draws 0 ... max - 1 equally often (false alarm: 1 in a million)")
        func uniformInt() throws {
            let x = try draw(.uniformInt(max: 10), 40_000)
            var counts = [Double](repeating: 0, count: 10)
            for value in x { counts[Int(value)] += 1 }
            #expect(Set(x) == Set((0..<10).map(Double.init)))
            let chiSquare = counts.reduce(0) { $0 + ($1 - 4000) * ($1 - 4000) / 4000 }
            #expect(chiSquareTail(chiSquare, freedom: 9) > 1e-6)
        }

        @Test("uniform stays below its end, redraw within its bounds")
        func bounds() throws {
            #expect(try draw(.uniform(min: 1, max: 2), 40_000).allSatisfy { 1 <= $0 && $0 < 2 })
            let redrawn = try draw(.redraw(.normal(mean: 0, std: 1), min: 0, max: 0.1), 2000)
            #expect(redrawn.allSatisfy { 0 <= $0 && $0 <= 0.1 })
        }
    }
}
