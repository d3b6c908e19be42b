/// Spike-timing dependent plasticity in which pairs of spikes leave an eligibility trace, and dopamine turns it into a change of the weight.
///
/// Between events dw/dt = c (n - b), with c and n decaying; w stays within Wmin and Wmax. A spike of the target counts a delay later,
/// one of the volume transmitter when it arrives there.
struct StdpDopamineSynapse: SynapseKernel {
    static let definition = SynapseDefinition(
        "stdp_dopamine_synapse",
        ModelText(
            summary:
                "Spike-timing dependent plasticity that dopamine gates: an eligibility trace remembers pairs of spikes.",
            equations: """
                dw/dt = c (n - b),   Wmin <= w <= Wmax
                dc/dt = -c / tau_c
                dn/dt = -n / tau_n
                dKplus/dt = -Kplus / tau_plus,    + 1 at a spike of the sender
                dKminus/dt = -Kminus / tau_minus, + 1 at a spike of the target, which counts for the synapse a delay later

                at a spike of the target:             c <- c + A_plus Kplus
                at a spike of the sender:             c <- c - A_minus Kminus;  weight is sent
                at a spike of the volume transmitter: n <- n + 1 / tau_n
                """,
            references: [
                "Izhikevich (2007), Cereb Cortex 17:2443, doi:10.1093/cercor/bhl152",
                "Potjans, Morrison & Diesmann (2010), Front Comput Neurosci 4:141, doi:10.3389/fncom.2010.00141",
            ],
            notes: [
                "connect needs `third` (or `volume_transmitter`): a volume_transmitter, to which dopaminergic neurons are connected.",
                "tau_minus is a parameter of the target.",
                "weight, c and n are as they were at the sender's last spike.",
                "The weight is limited to its bounds whenever it reaches them. NEST limits it at events and at regular updates, which makes a difference if n falls below b while the weight is at a bound.",
            ]),
        release: releaseParameters, hidden: [("last", 0)], arrival: arrivalParameters, since: "updated",
        conditions: [
            SynapseCondition("Wmin", "Wmax") { value in
                let Wmin = try value("Wmin"), Wmax = try value("Wmax")
                return Wmin <= Wmax ? nil : "Wmin = \(formatted(Wmin)) is above Wmax = \(formatted(Wmax))"
            }
        ], changesWeight: true, readsTargetHistory: true, readsThirdSpikes: true, Self.self)

    // swift-format-ignore
    private static let releaseParameters = [
        Parameter("tau_plus", 20,   .ms,  "time constant of Kplus", .positive),
        Parameter("Kplus",    0,    .one, "trace of the sender's spikes at its last one", .nonNegative, .state),
    ]

    // swift-format-ignore
    private static let arrivalParameters = [
        Parameter("A_plus",  1,    .one,    "step of the eligibility trace at a spike of the target"),
        Parameter("A_minus", 1.5,  .one,    "step of the eligibility trace at a spike of the sender"),
        Parameter("tau_c",   1000, .ms,     "time constant of the eligibility trace", .positive),
        Parameter("tau_n",   200,  .ms,     "time constant of the dopamine concentration", .positive),
        Parameter("b",       0,    .perMs,  "concentration of dopamine at which the weight stands still"),
        Parameter("Wmin",    0,    .weight, "smallest weight"),
        Parameter("Wmax",    200,  .weight, "largest weight"),
        Parameter("c",       0,    .one,    "eligibility trace at the sender's last spike", .any, .state),
        Parameter("n",       0,    .perMs,  "dopamine concentration at the sender's last spike", .any, .state),
    ]

    private let tau_plus, Kplus, last: SynapseColumn
    private let A_plus, A_minus, tau_c, tau_n, b, Wmin, Wmax, c, n, third, updated: SynapseColumn
    private let paired: PairedSpikes?

    init(_ columns: SynapseColumns) {
        paired = columns.paired
        (tau_plus, Kplus, last) = (columns["tau_plus"], columns["Kplus"], columns["last"])
        (A_plus, A_minus, tau_c, tau_n) = (columns["A_plus"], columns["A_minus"], columns["tau_c"], columns["tau_n"])
        (b, Wmin, Wmax, c, n) = (columns["b"], columns["Wmin"], columns["Wmax"], columns["c"], columns["n"])
        (third, updated) = (columns[SynapseDefinition.third.name], columns["updated"])
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
        var course = Course(self, synapse, weight)
        let dopamine = paired?.spikes(of: Int(synapse[third])) ?? .none
        var left = dopamine.between(after: course.time, through: spike.time)[...]
        for target in spike.target.between(after: before.last - spike.delay, through: spike.time - spike.delay) {
            let time = target.time + spike.delay
            course.advance(to: time, &left)
            course.c += synapse[A_plus] * before.Kplus * exponentialEverywhere((before.last - time) / synapse[tau_plus])
        }
        course.advance(to: spike.time, &left)
        course.c -= synapse[A_minus] * spike.target.trace(before: spike.time - spike.delay)
        (synapse[c], synapse[n], synapse[updated]) = (course.c, course.n, spike.time)
        weight = course.weight
        return weight
    }

    /// Spikes of the volume transmitter act even where Kplus is 0.
    func lookback(_ synapse: Synapse) -> Double { synapse[last] }

    /// A synapse on its way from event to event.
    private struct Course {
        var weight, c, n, time: Double
        let tau_c, tau_n, b, Wmin, Wmax: Double

        init(_ kernel: StdpDopamineSynapse, _ synapse: Synapse, _ weight: Double) {
            self.weight = weight
            (c, n, time) = (synapse[kernel.c], synapse[kernel.n], synapse[kernel.updated])
            (tau_c, tau_n, b) = (synapse[kernel.tau_c], synapse[kernel.tau_n], synapse[kernel.b])
            (Wmin, Wmax) = (synapse[kernel.Wmin], synapse[kernel.Wmax])
        }

        /// - `dopamine`: spikes of the volume transmitter that have not acted.
        mutating func advance(
            to end: Double, _ dopamine: inout Slice<UnsafeBufferPointer<TargetHistory.Spike>>
        ) {
            while let spike = dopamine.first, spike.time <= end + 1e-6 {
                stretch(spike.time - time)
                n += 1 / tau_n
                time = spike.time
                dopamine.removeFirst()
            }
            stretch(end - time)
            time = end
        }

        /// Without events; the weight turns where n passes b.
        private mutating func stretch(_ length: Double) {
            guard length > 0 else { return }
            let passes = b != 0 && n / b > 1 ? tau_n * logarithmEverywhere(n / b) : .infinity
            guard passes < length else { return straight(length) }
            straight(passes)
            straight(length - passes)
        }

        private mutating func straight(_ length: Double) {
            let rate = 1 / tau_c + 1 / tau_n
            weight += c * n * -exponentialLess1Everywhere(-length * rate) / rate
            weight -= c * b * tau_c * -exponentialLess1Everywhere(-length / tau_c)
            weight = min(max(weight, Wmin), Wmax)
            c *= exponentialEverywhere(-length / tau_c)
            n *= exponentialEverywhere(-length / tau_n)
        }
    }
}
