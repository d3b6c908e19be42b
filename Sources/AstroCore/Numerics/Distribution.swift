/// A random value for a parameter, drawn once per node or per connection. Definitions follow the reference simulator.
public indirect enum Distribution: Sendable, Equatable {
    /// [min, max)
    case uniform(min: Double, max: Double)
    case normal(mean: Double, std: Double)
    /// mean and std are those of the logarithm
    case lognormal(mean: Double, std: Double)
    /// beta is the mean
    case exponential(beta: Double)
    /// 0 ... max - 1
    case uniformInt(max: Int)
    /// `of`, drawn again until min <= x <= max
    case redraw(Distribution, min: Double, max: Double)

    static let redrawLimit = 1000

    /// Refuses what can't be drawn from.
    public func check() throws {
        switch self {
        case .uniform(let min, let max):
            try require(min < max, "min = \(formatted(min)) must be below max = \(formatted(max))")
            try require((max - min).isFinite, "min and max must be finite")
        case .normal(let mean, let std):
            try checkSpread(mean, std)
        case .lognormal(let mean, let std):
            try checkSpread(mean, std)
        case .exponential(let beta):
            try require(beta.isFinite, "beta = \(formatted(beta)) must be finite")
        case .uniformInt(let max):
            try require(max > 0, "max = \(max) must be at least 1")
        case .redraw(let inner, let min, let max):
            try inner.check()
            try require(min < max, "min = \(formatted(min)) must be below max = \(formatted(max))")
        }
    }

    private func checkSpread(_ mean: Double, _ std: Double) throws {
        try require(mean.isFinite, "mean = \(formatted(mean)) must be finite")
        try require(std > 0 && std.isFinite, "std = \(formatted(std)) must be above 0")
    }

    private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw InputError(message()) }
    }

    /// What can come, where that is whole numbers only.
    var wholeNumbers: Range<Int>? {
        switch self {
        case .uniformInt(let max): return 0..<max
        case .redraw(let inner, let min, let max):
            guard let all = inner.wholeNumbers, min <= max else { return nil }
            let limit = { (x: Double) in Int(Swift.min(Swift.max(x, Double(all.lowerBound)), 0x1p53)) }
            return all.clamped(to: limit(min.rounded(.up))..<limit(max.rounded(.down) + 1))
        case .uniform, .normal, .lognormal, .exponential: return nil
        }
    }

    /// Numbers for a script, by a seed and what tells its calls apart.
    package func draws(_ count: Int, seed: Int64, call: Int = 0) throws -> [Double] {
        try StreamName.check(.script, call: call, "calls")
        var stream = RandomStream(seed: seed, StreamName(.script, call: call))
        return try (0..<count).map { _ in try draw(&stream) }
    }

    func draw(_ stream: inout RandomStream) throws -> Double {
        switch self {
        case .uniform(let min, let max): return min + (max - min) * stream.uniform()
        case .normal(let mean, let std): return mean + std * stream.normal()
        case .lognormal(let mean, let std): return exponentialEverywhere(mean + std * stream.normal())
        case .exponential(let beta): return beta * stream.exponentialDeviate()
        case .uniformInt(let max): return Double(stream.below(max))
        case .redraw(let inner, let min, let max):
            for _ in 0..<Self.redrawLimit {
                let x = try inner.draw(&stream)
                if x >= min && x <= max { return x }
            }
            throw noValue
        }
    }
}

extension Distribution: CustomStringConvertible {
    public var description: String {
        switch self {
        case .uniform(let min, let max): return "uniform(\(formatted(min)), \(formatted(max)))"
        case .normal(let mean, let std): return "normal(\(formatted(mean)), \(formatted(std)))"
        case .lognormal(let mean, let std): return "lognormal(\(formatted(mean)), \(formatted(std)))"
        case .exponential(let beta): return "exponential(\(formatted(beta)))"
        case .uniformInt(let max): return "uniform_int(\(max))"
        case .redraw(let inner, let min, let max): return "redraw(\(inner), \(formatted(min)), \(formatted(max)))"
        }
    }
}
