/// Spike-timing dependent plasticity: all pairs of spikes count, the weight bounded by 0 and Wmax.
///
/// A spike of the target at q counts for the synapse at q + delay. With w = weight / Wmax, at a spike of the sender at t:
///
///     for each q with last - delay < q <= t - delay:  w <- min(1, w + lambda (1 - w)^mu_plus Kplus exp((last - delay - q) / tau_plus))
///     then  w <- max(0, w - alpha lambda w^mu_minus Kminus),  and the weight is sent
///     then  Kplus <- Kplus exp((last - t) / tau_plus) + 1,  last <- t
///
/// Kminus is the target's trace strictly before t - delay. Kplus depends on the sender's spikes alone, so it belongs to the release.
struct StdpSynapse: SynapseKernel {
    static let definition = SynapseDefinition(
        "stdp_synapse",
        ModelText(
            summary: "Spike-timing dependent plasticity of all pairs of spikes, additive to multiplicative.",
            equations: """
                dKplus/dt = -Kplus / tau_plus,    + 1 at a spike of the sender
                dKminus/dt = -Kminus / tau_minus, + 1 at a spike of the target, which counts for the synapse a delay later

                w = weight / Wmax
                at a spike of the target:  w <- min(1, w + lambda (1 - w)^mu_plus Kplus)
                at a spike of the sender:  w <- max(0, w - alpha lambda w^mu_minus Kminus);  weight is sent
                """,
            references: [
                "Gütig, Aharonov, Rotter & Sompolinsky (2003), J Neurosci 23:3697",
                "Morrison, Diesmann & Gerstner (2008), Biol Cybern 98:459, doi:10.1007/s00422-008-0233-1",
            ],
            notes: [
                "tau_minus is a parameter of the target.",
                "The weight changes when the sender spikes: later spikes of the target show only at the next one.",
                "mu_plus = mu_minus = 0 is additive, 1 multiplicative. A weight above Wmax is reduced to Wmax at the next pair.",
            ]),
        release: releaseParameters, hidden: [("last", 0)], arrival: arrivalParameters,
        conditions: [
            SynapseCondition("weight", "Wmax") { value in
                let weight = try value("weight"), Wmax = try value("Wmax")
                if Wmax == 0 { return "Wmax must not be 0" }
                return (weight < 0) == (Wmax < 0)
                    ? nil : "weight = \(formatted(weight)) and Wmax = \(formatted(Wmax)) must have the same sign"
            }
        ], changesWeight: true, readsTargetHistory: true, Self.self)

    // swift-format-ignore
    private static let releaseParameters = [
        Parameter("tau_plus", 20,   .ms,  "time constant of Kplus", .positive),
        Parameter("Kplus",    0,    .one, "trace of the sender's spikes at its last one", .nonNegative, .state),
    ]

    // swift-format-ignore
    private static let arrivalParameters = [
        Parameter("lambda",   0.01, .one,    "step of potentiation"),
        Parameter("alpha",    1,    .one,    "depression relative to potentiation"),
        Parameter("mu_plus",  1,    .one,    "exponent of the weight in potentiation"),
        Parameter("mu_minus", 1,    .one,    "exponent of the weight in depression"),
        Parameter("Wmax",     100,  .weight, "largest weight", .any, and: "not 0, of the sign of the weight"),
    ]

    let tau_plus, Kplus, last: SynapseColumn
    let lambda, alpha, mu_plus, mu_minus, Wmax: SynapseColumn

    init(_ columns: SynapseColumns) {
        (tau_plus, Kplus, last) = (columns["tau_plus"], columns["Kplus"], columns["last"])
        (lambda, alpha, Wmax) = (columns["lambda"], columns["alpha"], columns["Wmax"])
        (mu_plus, mu_minus) = (columns["mu_plus"], columns["mu_minus"])
    }

    /// What the sender's spikes before this one have left.
    struct Carried: BitwiseCopyable {
        let Kplus, last: Double
    }

    func release(_ synapse: Synapse, at time: Double) -> Carried {
        let before = Carried(Kplus: synapse[Kplus], last: synapse[last])
        synapse[Kplus] = before.Kplus * exponentialEverywhere((before.last - time) / synapse[tau_plus]) + 1
        synapse[last] = time
        return before
    }

    func arrive(
        _ weight: inout Double, _ synapse: Synapse, _ before: Carried, _ spike: borrowing ArrivingSpike
    ) -> Double {
        let Wmax = synapse[Wmax], lambda = synapse[lambda], time = spike.time - spike.delay
        var w = weight / Wmax
        if before.Kplus > 0 {
            let last = before.last - spike.delay
            for target in spike.target.between(after: last, through: time) {
                let K = before.Kplus * exponentialEverywhere((last - target.time) / synapse[tau_plus])
                let larger = w + lambda * power(1 - w, synapse[mu_plus]) * K
                w = larger < 1 ? larger : 1
            }
        }
        let smaller = w - synapse[alpha] * lambda * power(w, synapse[mu_minus]) * spike.target.trace(before: time)
        w = smaller > 0 ? smaller : 0
        weight = w * Wmax
        return weight
    }

    func lookback(_ synapse: Synapse) -> Double { synapse[Kplus] > 0 ? synapse[last] : .infinity }
}
