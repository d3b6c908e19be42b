import AstroCore
import Foundation
import Testing

extension NumericsTests {
    @Suite("Poisson numbers")
    struct PoissonTests {
        static let means = [1e-6, 0.2, 3, 30, 1000]

        /// P(N <= k) for k = 0, 1, ... by a formula of its own: logarithms and the gamma function.
        private func cumulative(_ mean: Double, through last: Int) -> [Double] {
            var sum = 0.0
            return (0...last).map { k in
                sum += exp(Double(k) * log(mean) - mean - lgamma(Double(k) + 1))
                return sum
            }
        }

        /// 2^-32 is what a random word of 32 bits resolves; 1e-11 the formula's own error at mean 1000.
        @Test("Thresholds are the cumulative probabilities, to the last of their 32 bits", arguments: means)
        func thresholds(_ mean: Double) throws {
            let table = try PoissonTable(mean: mean)
            let exact = cumulative(mean, through: table.lowest + table.thresholds.count)
            #expect(!table.thresholds.isEmpty)
            for (i, threshold) in table.thresholds.enumerated() {
                let k = table.lowest + i
                #expect(abs(Double(threshold) * 0x1p-32 - exact[k]) <= 0x1p-32 + 1e-11, "P(N <= \(k))")
            }
            // What is left out at either end is rarer than a word can tell.
            #expect(1 - exact[table.lowest + table.thresholds.count] < 0x1p-32 + 1e-11)
            #expect(table.lowest == 0 || exact[table.lowest - 1] < 0x1p-32)
        }

        @Test("A word at a threshold gives the next number, a word below it does not", arguments: means)
        func atThresholds(_ mean: Double) throws {
            let table = try PoissonTable(mean: mean)
            for (i, threshold) in table.thresholds.enumerated() where threshold > 0 {
                #expect(table.number(UInt32(threshold - 1)) <= table.lowest + i)
                #expect(table.number(UInt32(threshold)) > table.lowest + i)
            }
            #expect(table.number(.max) == table.lowest + table.thresholds.count)
        }

        @Test("A vector of words gives the numbers of single ones", arguments: means + [12, 22.5, 25])
        func vectors(_ mean: Double) throws {
            let table = try PoissonTable(mean: mean)
            let edges = table.thresholds.flatMap { [$0 - 1, $0, $0 + 1] }.filter { $0 <= 0xffff_ffff }
            let words = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] + edges
            let width = WordLanes.scalarCount
            for first in stride(from: 0, to: words.count, by: 4) {
                let lanes = (0..<4).map { part in
                    var x = WordLanes()
                    for lane in 0..<width { x[lane] = words[(first + part * width + lane) % words.count] }
                    return x
                }
                let n = table.numbers((lanes[0], lanes[1], lanes[2], lanes[3]))
                for (part, found) in [n.0, n.1, n.2, n.3].enumerated() {
                    for lane in 0..<width {
                        #expect(Int(found[lane]) == table.number(UInt32(lanes[part][lane])))
                    }
                }
            }
        }

        @Test(
            "Draws have the mean and the variance of their law, within 5 standard errors", arguments: means.dropFirst())
        func draws(_ mean: Double) throws {
            let table = try PoissonTable(mean: mean)
            var stream = RandomStream(seed: 4, StreamName(.poisson, call: 0))
            let n = 200_000
            let x = (0..<n).map { _ in Double(table.number(stream.word())) }
            #expect(abs(x.mean - mean) < 5 * (mean / Double(n)).squareRoot())
            // the fourth central moment of a Poisson number is m + 3 m^2
            #expect(abs(x.populationVariance - mean) < 5 * ((mean + 2 * mean * mean) / Double(n)).squareRoot())
        }

        @Test("All words together have the mean, to what 32 bits resolve", arguments: means)
        func meanOfAllWords(_ mean: Double) throws {
            let table = try PoissonTable(mean: mean)
            // the mean is the sum of P(N > k)
            let tail = table.thresholds.reduce(0) { $0 + (0x1p32 - Double($1)) } * 0x1p-32
            #expect(abs(Double(table.lowest) + tail - mean) <= Double(table.thresholds.count) * 0x1p-32 + 1e-11 * mean)
        }

        @Test("Without a rate there are no spikes; beyond 1e8 a step there is an error")
        func ends() throws {
            #expect(try PoissonTable(mean: 0).number(.max) == 0)
            #expect(throws: InputError.self) { try PoissonTable(mean: 1.1e8) }
        }
    }
}
