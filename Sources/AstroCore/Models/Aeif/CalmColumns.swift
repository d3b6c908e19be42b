/// What decides which aeif cells are calm, and how many Taylor steps they take.
struct CalmColumns {
    let taylorSteps, h, substep, lastTerms, threshold, limit: Column
    let commonSteps: Int?
    let followsSubsteps, watchesPeaks: Bool

    init(_ columns: ModelColumns) {
        let resolution = columns.resolution, shortest = columns.least(["tau_syn_ex", "tau_syn_in"])
        let Delta_T = columns["Delta_T"], V_th = columns["V_th"], V_peak = columns["V_peak"]
        let taylorSteps = columns.derived { Self.steps(8, resolution, $0[shortest]) }
        commonSteps = columns.range(taylorSteps).flatMap { $0.lowerBound == $0.upperBound ? Int($0.lowerBound) : nil }
        h = columns.derived { resolution / $0[taylorSteps] }
        let threshold = columns.derived { $0[Delta_T] == 0 ? $0[V_th] : $0[V_peak] }
        (self.taylorSteps, self.threshold) = (taylorSteps, threshold)
        let steepness = columns.derived { $0[Delta_T] == 0 ? 0 : ($0[V_peak] - $0[V_th]) / $0[Delta_T] }
        switch columns.spikes {
        case .exact:
            limit = Self.limit(columns, threshold: threshold, h)
            substep = columns.derived { _ in 0 }
            lastTerms = columns.derived { _ in .infinity }
            followsSubsteps = false
            watchesPeaks = columns.range(steepness).map { $0.lowerBound < Self.steepUpstroke } ?? false
        case .reference:
            let tolerance = columns["gsl_error_tol"]
            let quarter = columns.derived { resolution / Self.steps(4, resolution, $0[shortest]) }
            let shorter = Self.limit(columns, threshold: threshold, quarter), h = self.h
            limit = columns.derived { $0[h] == $0[quarter] ? $0[threshold] : $0[shorter] }
            let isSteep = { (cell: ModelColumns.Cell) in cell[steepness] >= Self.steepUpstroke }
            substep = columns.derived { isSteep($0) ? min(resolution, $0[shortest] / 8) : resolution }
            lastTerms = columns.derived { cell in
                if isSteep(cell) { return .infinity }
                return 4 * cell[tolerance] / (0..<5).reduce(1) { x, _ in x * cell[taylorSteps] }
            }
            followsSubsteps = columns.range(lastTerms).map { $0.lowerBound < .infinity } ?? false
            watchesPeaks = false
        }
    }

    /// Taylor steps in a step of the simulation: enough that there are so many in the shortest synaptic time constant. With 8
    /// the series describes an alpha function of any usual size. Beyond 8 a step the method near spikes is left to do the work.
    private static func steps(_ perTimeConstant: Double, _ resolution: Double, _ shortest: Double) -> Double {
        min(max((perTimeConstant * resolution / shortest).rounded(.up), 1), 8)
    }

    /// Where the exponential alone raises V_m by `largestRise` in a Taylor step of length h, but not above the threshold.
    private static func limit(_ columns: ModelColumns, threshold: Column, _ h: Column) -> Column {
        let C_m = columns["C_m"], g_L = columns["g_L"], Delta_T = columns["Delta_T"], V_th = columns["V_th"]
        return columns.derived {
            let rise = logarithmEverywhere(largestRise * $0[C_m] / ($0[g_L] * $0[h]))
            return min($0[threshold], $0[V_th] + $0[Delta_T] * rise)
        }
    }

    /// In units of Delta_T. The Taylor step does not converge then; and shorter ones, which do, would follow the upstroke further than
    /// the reference's substeps do.
    private static let largestRise = 0.09

    /// (V_peak - V_th)/Delta_T from which on the upstroke ends so fast that it does not show in the potential after it how the
    /// reference's method came there: its last substep is 1e-6 ms.
    private static let steepUpstroke = 14.0
}
