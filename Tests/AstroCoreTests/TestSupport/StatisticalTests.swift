import Foundation
import Testing

/// A mean over `n` independent runs, and the spread between them (denominator n - 1).
struct Sample: Sendable {
    let mean: Double
    let sd: Double
    let n: Int

    init(mean: Double, sd: Double, n: Int) {
        self.mean = mean
        self.sd = sd
        self.n = n
    }

    init(_ values: [Double]) {
        let mean = values.mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(mean: mean, sd: (squares / Double(values.count - 1)).squareRoot(), n: values.count)
    }

    /// How likely two such samples, drawn from populations of one mean (and whatever variances), differ by more than these do:
    /// Welch's t test, two-sided. Two samples without any spread are compared exactly.
    func probabilityOfLargerDifference(from other: Sample) -> Double {
        let (a, b) = (sd * sd / Double(n), other.sd * other.sd / Double(other.n))
        // Spreads that are rounding errors of the mean are none.
        guard (a + b).squareRoot() > 1e-12 * max(abs(mean), abs(other.mean)) else {
            return abs(mean - other.mean) <= 1e-9 * max(abs(mean), abs(other.mean)) ? 1 : 0
        }
        let t = (mean - other.mean) / (a + b).squareRoot()
        let freedom = (a + b) * (a + b) / (a * a / Double(n - 1) + b * b / Double(other.n - 1))
        return regularizedBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
    }
}

/// How likely a chi-square variable with so many degrees of freedom is larger than `x`.
func chiSquareTail(_ x: Double, freedom: Int) -> Double {
    let a = Double(freedom) / 2, half = x / 2
    let scale = exp(-half + a * log(half) - lgamma(a))
    if half < a + 1 {
        var term = 1 / a, sum = term
        for n in 1...1000 {
            term *= half / (a + Double(n))
            sum += term
        }
        return 1 - scale * sum
    }
    // Lentz's continued fraction of the upper tail.
    var b = half + 1 - a, c = 1e300, d = 1 / b, value = d
    for n in 1...1000 {
        let numerator = -Double(n) * (Double(n) - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        value *= d * c
    }
    return scale * value
}

/// The regularized incomplete beta function I_x(a, b), by its continued fraction.
func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    guard x < (a + 1) / (a + b + 2) else { return 1 - regularizedBeta(1 - x, b, a) }
    let norm: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let front: Double = exp(norm + a * log(x) + b * log(1 - x)) / a
    let first: Double = (a + b) * x / (a + 1)
    var c = 1.0, d = 1 / (1 - first), value = d
    func extend(by numerator: Double) {
        d = 1 / (1 + numerator * d)
        c = 1 + numerator / c
        value *= c * d
    }
    for m in (1...500).map(Double.init) {
        let k: Double = a + 2 * m
        let even: Double = m * (b - m) * x / ((k - 1) * k)
        let odd: Double = -(a + m) * (a + b + m) * x / (k * (k + 1))
        extend(by: even)
        extend(by: odd)
    }
    return front * value
}

extension [Double] {
    var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

    /// With denominator n, as in the definitions of the reference.
    var populationVariance: Double {
        let mean = mean
        return isEmpty ? 0 : reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    }

    var populationSD: Double { populationVariance.squareRoot() }
}

@Suite("The statistics of these tests agree with tables")
struct StatisticalTestsTests {
    @Test(
        "Student's t: the two-sided 5 % point at 10 degrees of freedom is 2.228",
        arguments: [
            (10.0, 2.228139, 0.05), (18.0, 3.921646, 0.001), (1.0, 12.706205, 0.05), (9.0, 6.0, 2.024993e-4),
        ])
    func student(_ freedom: Double, _ t: Double, _ tail: Double) {
        #expect(abs(regularizedBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / tail - 1) < 1e-5)
    }

    @Test(
        "Chi-square: the 5 % point at 10 degrees of freedom is 18.307",
        arguments: [
            (10, 18.307038, 0.05), (1, 3.841459, 0.05), (30, 59.703064, 0.001), (10, 3.940299, 0.95),
        ])
    func chiSquare(_ freedom: Int, _ x: Double, _ tail: Double) {
        #expect(abs(chiSquareTail(x, freedom: freedom) / tail - 1) < 1e-4)
    }

    @Test("Means ten standard errors apart are not taken for equal, equal ones are")
    func welch() {
        let a = Sample([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        #expect(a.probabilityOfLargerDifference(from: a) == 1)
        #expect(
            a.probabilityOfLargerDifference(from: Sample(mean: 5.5 + 10 * a.sd * (0.2).squareRoot(), sd: a.sd, n: 10))
                < 1e-7)
        // Without spread on either side there is nothing to wonder about.
        #expect(Sample([400, 400]).probabilityOfLargerDifference(from: Sample(mean: 400, sd: 0, n: 10)) == 1)
        #expect(Sample([400, 400]).probabilityOfLargerDifference(from: Sample(mean: 401, sd: 0, n: 10)) == 0)
    }
}
