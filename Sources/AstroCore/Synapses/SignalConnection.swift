/// Any state or quantity of a cell onto any input of another that takes a signal.
enum SignalConnection {
    static let name = "signal_connection"

    static let definition = SynapseDefinition(
        name,
        ModelText(
            summary: "Any state or quantity of the source, times weight, onto a signal input of the target.",
            equations: "input(t) = sum over connections of weight * signal(t - delay)",
            notes: [
                "`signal` names the state or quantity of the source, `input` the signal input of the target; a target with a single signal input needs no `input`.",
                "Units are converted; a plain number fits any unit.",
                "All cells can be sources, including built-in models: V_m of a neuron can be sent, too.",
            ]),
        carries: .signal(SignalRoute(output: "", port: "", meaning: "signal")))

    /// - `scale`: from the unit of the signal to that of the input.
    static func definition(signal: String, input: String, scale: Double = 1) -> SynapseDefinition {
        var route = SignalRoute(output: signal, port: input, meaning: "signal '\(signal)'")
        route.scale = scale
        return SynapseDefinition(
            name, definition.text, carries: .signal(route), identity: "\(name):\(signal):\(input):\(scale)")
    }

    /// One whose identity a checkpoint holds; nil where it is not one.
    static func definition(identity: String) -> SynapseDefinition? {
        let parts = identity.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == name, let scale = Double(parts[3]), scale.isFinite else { return nil }
        return definition(signal: parts[1], input: parts[2], scale: scale)
    }
}
