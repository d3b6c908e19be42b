/// Counts by exact methods: inversion where they are small, else transformed rejection, W. Hörmann (1993), Insurance: Mathematics and
/// Economics 12:39, doi:10.1016/0167-6687(93)90997-4, and J Stat Comput Simul 46:101, doi:10.1080/00949659308811496.
extension RandomStream {
    /// A Poisson number; 0 of a mean that is not above 0, NaN of one that is NaN or beyond 2^53.
    package mutating func poisson(_ mean: Double) -> Double {
        guard mean > 0 else { return mean.isNaN ? .nan : 0 }
        guard mean < 0x1p53 else { return .nan }
        return mean < 10 ? smallPoisson(mean) : largePoisson(mean)
    }

    private mutating func smallPoisson(_ mean: Double) -> Double {
        var rest = uniform(), term = exponential(-mean), k = 0.0
        while rest >= term, k < 1000 {
            rest -= term
            k += 1
            term *= mean / k
        }
        return k
    }

    private mutating func largePoisson(_ mean: Double) -> Double {
        let logMean = logarithm(mean)
        let b = 0.931 + 2.53 * mean.squareRoot(), a = -0.059 + 0.02483 * b
        let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2)
        while true {
            let u = uniform() - 0.5, v = openUniform()
            let us = 0.5 - abs(u)
            let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
            if us >= 0.07, v <= vr { return k }
            if k < 0 || us < 0.013 && v > us { continue }
            if logarithm(v * inverseAlpha / (a / (us * us) + b)) <= k * logMean - mean - logFactorial(k) { return k }
        }
    }

    /// How many of n trials succeed. n is rounded to a whole number; NaN where n is negative or p is not from 0 to 1.
    package mutating func binomial(_ trials: Double, _ p: Double) -> Double {
        let n = trials.rounded()
        guard n >= 0, n < 0x1p53, p >= 0, p <= 1 else { return .nan }
        if n == 0 || p == 0 { return 0 }
        if p == 1 { return n }
        let rare = min(p, 1 - p)
        let k = n * rare < 10 ? smallBinomial(n, rare) : largeBinomial(n, rare)
        return p > 0.5 ? n - k : k
    }

    private mutating func smallBinomial(_ n: Double, _ p: Double) -> Double {
        let odds = p / (1 - p)
        var rest = uniform(), k = 0.0, term = exponentialEverywhere(n * logarithm(1 - p))
        while rest >= term, k < n {
            rest -= term
            k += 1
            term *= odds * (n - k + 1) / k
        }
        return k
    }

    private mutating func largeBinomial(_ n: Double, _ p: Double) -> Double {
        let q = 1 - p, spread = (n * p * q).squareRoot()
        let b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p
        let center = n * p + 0.5, alpha = (2.83 + 5.1 / b) * spread, vr = 0.92 - 4.2 / b
        let logOdds = logarithm(p / q), mode = ((n + 1) * p).rounded(.down)
        let top = logFactorial(mode) + logFactorial(n - mode)
        while true {
            let u = uniform() - 0.5
            var v = openUniform()
            let us = 0.5 - abs(u)
            let k = ((2 * a / us + b) * u + center).rounded(.down)
            if us >= 0.07, v <= vr { return k }
            if k < 0 || k > n { continue }
            v *= alpha / (a / (us * us) + b)
            if logarithm(v) <= top - logFactorial(k) - logFactorial(n - k) + (k - mode) * logOdds { return k }
        }
    }
}

/// ln k!, by Stirling's series where k is not small.
func logFactorial(_ k: Double) -> Double {
    if k < 10 {
        var product = 1.0, i = 2.0
        while i <= k {
            product *= i
            i += 1
        }
        return logarithm(product)
    }
    let x = k + 1, x2 = 1 / (x * x)
    let series = (1.0 / 12 - x2 * (1.0 / 360 - x2 * (1.0 / 1260 - x2 * (1.0 / 1680)))) / x
    return (x - 0.5) * logarithm(x) - x + 0.9189385332046727 + series
}
