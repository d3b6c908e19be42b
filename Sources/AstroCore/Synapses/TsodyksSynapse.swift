/// Short-term depression and facilitation.
///
///     dx/dt = z / tau_rec,  dy/dt = -y / tau_psc,  du/dt = -u / tau_fac,  z = 1 - x - y
///     at a spike: u += U (1 - u), then r = u x is released: x -= r, y += r, and weight * r is sent
///
/// Tsodyks, Uziel & Markram (2000), J Neurosci 20:RC50.
struct TsodyksSynapse: ScalingSynapse {
    static let definition = SynapseDefinition(
        "tsodyks_synapse",
        ModelText(
            summary: "Short-term depression and facilitation after Tsodyks, Uziel and Markram (2000).",
            equations: """
                dx/dt = z / tau_rec     dy/dt = -y / tau_psc     du/dt = -u / tau_fac     z = 1 - x - y

                at a spike:  u += U (1 - u);  r = u x;  x -= r;  y += r;  weight * r is sent
                """,
            references: ["Tsodyks, Uziel & Markram (2000), J Neurosci 20:RC50"],
            notes: [
                "tau_psc of the synapse and tau_syn of the neuron are different: tau_psc does not shape the conductance.",
                "A spike is handled at its stamp; the delay plays no part.",
                "x and y are not checked separately; x + y must be at most 1.",
            ]),
        release: parameters, hidden: [("last", 0)], conditions: [fractions],
        checkpointLayout: .allOrNothing(["U", "tau_psc", "tau_rec", "tau_fac", "x", "y", "u", "last"]), Self.self)

    // swift-format-ignore
    private static let parameters = [
        Parameter("U",       0.5, .one, "increment of u at a spike", .fraction),
        Parameter("tau_psc", 3,   .ms,  "decay time of the active fraction y", .positive),
        Parameter("tau_fac", 0,   .ms,  "decay time of u; 0 = no facilitation", .nonNegative),
        Parameter("tau_rec", 800, .ms,  "recovery time", .positive),
        Parameter("x",       1,   .one, "fraction in the recovered state", .any, .state, and: "x + y at most 1"),
        Parameter("y",       0,   .one, "fraction in the active state", .any, .state, and: "x + y at most 1"),
        Parameter("u",       0,   .one, "release probability", .fraction, .state),
    ]

    private static let fractions = SynapseCondition("x", "y") { value in
        let sum = try value("x") + value("y")
        return sum <= 1 ? nil : "x + y = \(formatted(sum)) must not be above 1"
    }

    let U, tau_psc, tau_rec, tau_fac: SynapseColumn
    /// `last`: time of the last spike in ms, 0 before the first.
    let x, y, u, last: SynapseColumn

    init(_ columns: SynapseColumns) {
        (U, tau_psc) = (columns["U"], columns["tau_psc"])
        (tau_rec, tau_fac) = (columns["tau_rec"], columns["tau_fac"])
        (x, y, u, last) = (columns["x"], columns["y"], columns["u"], columns["last"])
    }

    /// Lets the states come to `time` (ms) and release: the factor on the weight.
    func release(_ synapse: Synapse, at time: Double) -> Double {
        let tau_psc = synapse[tau_psc], tau_rec = synapse[tau_rec], tau_fac = synapse[tau_fac]
        var x = synapse[x], y = synapse[y], u = synapse[u]
        let h = time - synapse[last]
        let decay_y = exponentialEverywhere(-h / tau_psc)
        let recovery = 1 - exponentialEverywhere(-h / tau_rec)
        let z = 1 - x - y
        u = tau_fac > 0 ? u * exponentialEverywhere(-h / tau_fac) : 0
        x += Self.fromActive(h, tau_psc, tau_rec, decay_y, recovery) * y + recovery * z
        y *= decay_y
        u += synapse[U] * (1 - u)
        let released = u * x
        synapse[self.x] = x - released
        synapse[self.y] = y + released
        synapse[self.u] = u
        synapse[last] = time
        return released
    }

    /// The part of the active fraction that has recovered after h: what passed through z, the limit where both time
    /// constants are equal.
    private static func fromActive(
        _ h: Double, _ tau_psc: Double, _ tau_rec: Double, _ decay_y: Double, _ recovery: Double
    ) -> Double {
        if abs(tau_psc - tau_rec) <= 1e-7 * tau_rec {
            return 1 - (1 + h / tau_rec) * decay_y
        }
        return ((1 - decay_y) * tau_psc - recovery * tau_rec) / (tau_psc - tau_rec)
    }
}
