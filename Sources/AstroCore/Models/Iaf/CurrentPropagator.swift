/// What synaptic currents add to the potential of a leaky membrane in a step of h, exactly.
/// Rotter & Diesmann (1999), doi:10.1007/s004220050570.
///
/// With x = h (1/tau_m - 1/tau_syn), a current that begins the step with 1 pA and decays with tau_syn adds
///
///     exp(-h/tau_m) h/C_m (exp(x) - 1)/x                            mV
///
/// and one that begins it with 0 pA and grows as s exp(-s/tau_syn), in ms,
///
///     exp(-h/tau_m) h^2/C_m (x exp(x) - exp(x) + 1)/x^2             mV
///
/// Both quotients have limits where the time constants are equal, and are worked out by their series near to it.
struct CurrentPropagator {
    /// mV per pA of the current, and per pA/ms of what drives it, at the beginning of the step.
    let current, driving: Double

    /// Times in ms, `C_m` in pF.
    init(_ h: Double, tau_m: Double, tau_syn: Double, C_m: Double) {
        let x = h * (1 / tau_m - 1 / tau_syn), decay = exponentialEverywhere(-h / tau_m)
        current = decay * h / C_m * Self.first(x)
        driving = decay * h * h / C_m * Self.second(x)
    }

    /// Below this the quotients lose digits.
    private static let seriesBelow = 0.5
    /// Terms of the series: the last is below 1e-17 of the first.
    private static let terms = 16

    /// (exp(x) - 1)/x = sum of x^n/(n + 1)!
    private static func first(_ x: Double) -> Double {
        if abs(x) >= seriesBelow { return (exponentialEverywhere(x) - 1) / x }
        return (0..<terms).reversed().reduce(0) { 1 + x * $0 / Double($1 + 2) }
    }

    /// (x exp(x) - exp(x) + 1)/x^2 = sum of (n + 1) x^n/(n + 2)!
    private static func second(_ x: Double) -> Double {
        if abs(x) >= seriesBelow {
            let e = exponentialEverywhere(x)
            return (x * e - e + 1) / (x * x)
        }
        var term = 0.5, sum = 0.5
        for n in 1..<terms {
            term *= x / Double(n + 2)
            sum += term * Double(n + 1)
        }
        return sum
    }
}
