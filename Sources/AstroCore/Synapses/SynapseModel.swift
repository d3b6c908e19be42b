/// The kinds of connection.
enum SynapseModel: String, CaseIterable {
    case staticSynapse = "static_synapse"
    case tsodyksSynapse = "tsodyks_synapse"
    case sicConnection = "sic_connection"

    static func named(_ name: String) throws -> SynapseModel {
        if let model = SynapseModel(rawValue: name) { return model }
        throw InputError.unknown("there is no synapse model", name, among: allCases.map(\.rawValue))
    }

    private static let common = [
        Parameter(
            "weight", 1, .target,
            "connection weight: nS onto conductances, pA for slow inward currents, 1 onto astrocytes"),
        Parameter("delay", 1, .ms, "transmission delay, rounded to the nearest step", .delay),
    ]

    private static let receptor = Parameter(
        "receptor_type", 0, .one, "receptor of the target", .nonNegative, and: "0; onto parrot_neuron 0 or 1")

    var parameters: [Parameter] {
        switch self {
        case .staticSynapse: return Self.common + [Self.receptor]
        case .tsodyksSynapse: return Self.common + [Self.receptor] + Tsodyks.parameters
        case .sicConnection: return Self.common + [Self.receptor]
        }
    }

    /// What it joins, where it carries a signal; nil where it carries spikes.
    var signal: SignalRoute? { self == .sicConnection ? SignalRoute(output: "SIC", port: "I_SIC", meaning: "slow inward current") : nil }

    var text: ModelText {
        switch self {
        case .staticSynapse: return ModelText(summary: "Spikes with a constant weight.")
        case .tsodyksSynapse: return Tsodyks.text
        case .sicConnection:
            return ModelText(
                summary: "Slow inward current of an astrocyte to a neuron, times weight (pA).",
                equations: "I_SIC(t) = sum over connections of weight * SIC(t - delay)",
                references: ["Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503"],
                notes: [
                    "From astrocyte_lr_1994 or astrocyte_surrogate to any neuron with an input I_SIC.",
                    "Connections between the same cells add up.",
                ])
        }
    }
}
