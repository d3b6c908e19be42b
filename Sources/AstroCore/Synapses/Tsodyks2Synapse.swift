/// Short-term depression and facilitation without a state of active transmitter: all of it counts at a spike.
///
///     between spikes, h apart:  x <- 1 + (x - x u - 1) exp(-h / tau_rec),  then  u <- U + u (1 - U) exp(-h / tau_fac)
///     at a spike:               weight * x * u is sent
///
/// Maass & Markram (2002), Neural Networks 15:155.
struct Tsodyks2Synapse: ScalingSynapse {
    static let definition = SynapseDefinition(
        "tsodyks2_synapse",
        ModelText(
            summary: "Short-term depression and facilitation after Maass and Markram (2002).",
            equations: """
                h after the spike before:  x <- 1 + (x - x u - 1) exp(-h / tau_rec)
                                           u <- U + u (1 - U) exp(-h / tau_fac)       (U where tau_fac = 0)

                at a spike:  weight * x * u is sent
                """,
            references: [
                "Maass & Markram (2002), Neural Networks 15:155, doi:10.1016/S0893-6080(01)00144-7",
                "Tsodyks, Pawelzik & Markram (1998), Neural Computation 10:821",
            ],
            notes: [
                "The first spike sends weight * x * u with the values that are set: u does not follow U.",
                "A spike is handled at its stamp; the delay plays no part.",
            ]),
        release: parameters, hidden: [("last", never)], Self.self)

    // swift-format-ignore
    private static let parameters = [
        Parameter("U",       0.5, .one, "release probability at rest", .fraction),
        Parameter("tau_fac", 0,   .ms,  "decay time of facilitation; 0 = none", .nonNegative),
        Parameter("tau_rec", 800, .ms,  "recovery time", .positive),
        Parameter("x",       1,   .one, "fraction available at the last spike", .any, .state),
        Parameter("u",       0.5, .one, "release probability at the last spike", .fraction, .state),
    ]

    /// The time of the last spike of a synapse without any.
    private static let never = -1.0

    let U, tau_fac, tau_rec, x, u, last: SynapseColumn

    init(_ columns: SynapseColumns) {
        (U, tau_fac, tau_rec) = (columns["U"], columns["tau_fac"], columns["tau_rec"])
        (x, u, last) = (columns["x"], columns["u"], columns["last"])
    }

    func release(_ synapse: Synapse, at time: Double) -> Double {
        var x = synapse[x], u = synapse[u]
        if synapse[last] != Self.never {
            let h = time - synapse[last], U = synapse[U], tau_fac = synapse[tau_fac]
            x = 1 + (x - x * u - 1) * exponentialEverywhere(-h / synapse[tau_rec])
            u = U + (tau_fac > 0 ? u * (1 - U) * exponentialEverywhere(-h / tau_fac) : 0)
            (synapse[self.x], synapse[self.u]) = (x, u)
        }
        synapse[last] = time
        return x * u
    }
}
