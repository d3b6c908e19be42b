import Glibc
import Testing

@testable import AstroCore

@Suite("Matrix exponentials")
struct MatrixExponentialTests {
    private static func run(_ matrix: [Double], rows: Int, columns: Int, _ t: Double) -> [Double] {
        let exponential = MatrixExponential(rows: rows, columns: columns)
        exponential.run(t) { matrix[$0] }
        return (0..<matrix.count).map { exponential.result[$0] }
    }

    @Test("A chain of two time constants is its closed form, near and equal ones too", arguments: [3.0, 2.001, 2.0])
    func chain(_ tau: Double) {
        // dx/dt = -x/2, dy/dt = x - y/tau
        let t = 1.7, found = Self.run([-0.5, 0, 1, -1 / tau], rows: 2, columns: 2, t)
        let (p, q) = (exp(-t / 2), exp(-t / tau)), difference = 1 / tau - 0.5
        let mixed = tau == 2 ? t * p : p * -expm1(-difference * t) / difference
        for (value, exact) in zip(found, [p, 0, mixed, q]) { #expect(abs(value - exact) < 4e-16) }
    }

    @Test("What drives a state is exact, however large it is", arguments: [1e-9, 1.0, 1e9])
    func driven(_ drive: Double) {
        // dx/dt = -x/10 + drive
        let found = Self.run([-0.1, drive], rows: 1, columns: 2, 25)
        #expect(abs(found[0] - exp(-2.5)) < 1e-16)
        #expect(abs(found[1] / (-10 * drive * expm1(-2.5)) - 1) < 4e-16)
    }

    @Test("A rotation through many angles stays one")
    func rotation() {
        let found = Self.run([0, -1, 1, 0], rows: 2, columns: 2, 40)
        let exact = [cos(40.0), -sin(40), sin(40), cos(40)]
        for (value, exact) in zip(found, exact) { #expect(abs(value - exact) < 1e-13) }
    }

    @Test("One memory serves many matrices; what is not finite gives NaN and leaves nothing behind")
    func reuse() {
        let exponential = MatrixExponential(rows: 2, columns: 3)
        for rates in [[-1, 2, 0.5, 0, -3, 1], [Double.infinity, 0, 0, 0, 0, 0], [-0.2, 0, 1, 0.1, -0.1, 0]] {
            exponential.run(0.3) { rates[$0] }
            let alone = Self.run(rates, rows: 2, columns: 3, 0.3)
            for i in 0..<6 { #expect(exponential.result[i].bitPattern == alone[i].bitPattern) }
            #expect(alone.allSatisfy(\.isNaN) == !rates[0].isFinite)
        }
    }
}
