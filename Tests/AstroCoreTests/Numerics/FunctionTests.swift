import AstroCore
import Testing

/// The arithmetic under the models: functions, random numbers, the grid of time, steppers.
enum NumericsTests {}

/// Values of a function to 0.001 of a unit: the nearest double of the exact value and what is left to it
/// (Tests/Fixtures/numerics/make_numerics.py).
struct ExactValue: Sendable {
    let argument: Double
    let nearest: Double
    let rest: Double

    /// In units of `unit`, the last place of the nearest double if nil. A wrong infinity or NaN is infinitely wrong.
    func error(of result: Double, unit: Double? = nil) -> Double {
        if result == nearest { return abs(rest) }
        let error = abs((result - nearest) / (unit ?? nearest.ulp) - rest)
        return error.isNaN ? .infinity : error
    }

    /// The function whose values are in columns `column` and `column + 1`.
    static func load(_ name: String, column: Int = 1) throws -> [ExactValue] {
        func double(_ bits: Substring) -> Double { Double(bitPattern: UInt64(bits, radix: 16)!) }
        return try Fixtures.lines(of: "numerics/\(name).csv").lines.map {
            ExactValue(argument: double($0[0]), nearest: double($0[column]), rest: Double($0[column + 1])!)
        }
    }
}

extension NumericsTests {
    /// The largest errors were looked for among some 10^8 arguments; the worst ones are in the fixtures.
    @Suite("exp, log, sine and cosine against exact values")
    struct FunctionTests {
        /// The largest error in units in the last place, and where.
        private func worst(_ values: [ExactValue], _ f: (Double) -> Double) -> (error: Double, argument: Double) {
            values.map { ($0.error(of: f($0.argument)), $0.argument) }.max { $0.0 < $1.0 }!
        }

        @Test("exp is within 1.1 ulp on [-708, 709]")
        func exp() throws {
            let values = try ExactValue.load("exp").filter { -708 <= $0.argument && $0.argument <= 709 }
            let (error, x) = worst(values) { exponential($0) }
            #expect(error <= 1.1, "at \(x)")
        }

        @Test("exp over the whole range is within 1.1 ulp up to infinity, and within 1 where it is subnormal")
        func expEverywhere() throws {
            let values = try ExactValue.load("exp")
            let (error, x) = worst(values.filter { $0.nearest >= 0x1p-1022 }, exponentialEverywhere)
            #expect(error <= 1.1, "at \(x)")
            // The last product rounds a second time, to the coarse grid of the subnormal numbers.
            let (subnormalError, y) = worst(values.filter { $0.nearest < 0x1p-1022 }, exponentialEverywhere)
            #expect(subnormalError <= 1, "at \(y)")
        }

        @Test("exp over the whole range has the bits of the kernels' exp on [-708, 709]")
        func sameBits() throws {
            for value in try ExactValue.load("exp") where -708 <= value.argument && value.argument <= 709 {
                #expect(exponentialEverywhere(value.argument).bitPattern == exponential(value.argument).bitPattern)
            }
        }

        @Test("exp of 0 is 1, of infinity infinity, of minus infinity 0, of NaN NaN")
        func expSpecial() {
            #expect(exponentialEverywhere(0) == 1 && exponentialEverywhere(-0.0) == 1)
            #expect(exponentialEverywhere(.infinity) == .infinity)
            #expect(exponentialEverywhere(-.infinity) == 0)
            #expect(exponentialEverywhere(.nan).isNaN)
            #expect(exponentialEverywhere(1e300) == .infinity && exponentialEverywhere(-1e300) == 0)
        }

        @Test("exp does not fall from one double to the next across its seams at -708 and 709")
        func seams() {
            for seam in [-708.0, 709.0] {
                let below = exponentialEverywhere(seam.nextDown), at = exponentialEverywhere(seam)
                #expect(below <= at && at <= exponentialEverywhere(seam.nextUp))
            }
        }

        @Test("The kernels' exp is exp of the nearest end outside [-708, 709], and exp(-708) for NaN")
        func clamped() {
            #expect(exponential(-1e9) == exponential(-708.0) && exponential(-.infinity) == exponential(-708.0))
            #expect(exponential(1e9) == exponential(709.0) && exponential(.infinity) == exponential(709.0))
            #expect(exponential(.nan) == exponential(-708.0))
        }

        @Test("log is within 0.87 ulp for normal arguments, near 1 included")
        func log() throws {
            let values = try ExactValue.load("log").filter { $0.argument >= 0x1p-1022 }
            let (error, x) = worst(values) { logarithm($0) }
            #expect(error <= 0.87, "at \(x)")
            for value in values {
                #expect(logarithmEverywhere(value.argument).bitPattern == logarithm(value.argument).bitPattern)
            }
        }

        @Test("log of subnormal numbers is within 0.87 ulp, too")
        func logSubnormal() throws {
            let values = try ExactValue.load("log").filter { $0.argument < 0x1p-1022 }
            let (error, x) = worst(values, logarithmEverywhere)
            #expect(error <= 0.87, "at \(x)")
        }

        @Test("log of 1 is 0, of 0 minus infinity, of infinity infinity, of what is negative or NaN NaN")
        func logSpecial() {
            #expect(logarithmEverywhere(1) == 0)
            #expect(logarithmEverywhere(0) == -.infinity && logarithmEverywhere(-0.0) == -.infinity)
            #expect(logarithmEverywhere(.infinity) == .infinity)
            #expect(logarithmEverywhere(-1).isNaN && logarithmEverywhere(-.infinity).isNaN)
            #expect(logarithmEverywhere(.nan).isNaN)
        }

        @Test("Sine is within 0.75 and cosine within 1.06 units of 2^-53")
        func turns() throws {
            var worst = (sin: 0.0, cos: 0.0)
            for (sin, cos) in zip(try ExactValue.load("turns"), try ExactValue.load("turns", column: 3)) {
                let result = sinCosOfTurns(sin.argument)
                worst.sin = max(worst.sin, sin.error(of: result.sin, unit: 0x1p-53))
                worst.cos = max(worst.cos, cos.error(of: result.cos, unit: 0x1p-53))
            }
            #expect(worst.sin <= 0.75)
            #expect(worst.cos <= 1.06)
        }

        @Test(
            "At quarter turns sine and cosine are 0, 1 or -1 exactly",
            arguments: [-1e6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 0x1p50])
        func quarters(_ quarters: Double) {
            let table: [(sin: Double, cos: Double)] = [(0, 1), (1, 0), (0, -1), (-1, 0)]
            let place = Int(quarters - 4 * (quarters / 4).rounded(.down))
            let result = sinCosOfTurns(quarters / 4)
            #expect(result.sin == table[place].sin && result.cos == table[place].cos)
        }
    }
}
