import Equations

/// Makes a synapse model of a text.
package enum EquationSynapse {
    /// Names of columns that no user sees: the moment (ms) to which states are known, that from which spikes of targets count, and
    /// which connection of its row it is.
    static let known = "known at", since = "since", number = "number in its row"

    /// - Throws: an `InputError` that says what is wrong with the text, and where.
    static func definition(_ source: SynapseSource) throws -> SynapseDefinition {
        let plan = try SynapsePlan.plan(source, keepingTrace: false), facts = plan.facts
        let states = facts.model.states.map { state -> Parameter in
            var start = 0.0
            if case .number(let x) = state.start { start = x }
            return Parameter(
                state.name, start, Unit(state.unitText), state.meaning, EquationModel.range(state.range), .state)
        }
        var parameters = facts.model.parameters.map {
            Parameter($0.name, $0.value, Unit($0.unitText), $0.meaning, EquationModel.range($0.range))
        }
        if facts.isPaired { parameters.append(SynapseDefinition.third) }
        // where targets keep no trace, all is the same
        let kept = facts.targetTrace == nil ? plan : try SynapsePlan.plan(source, keepingTrace: true)
        return SynapseDefinition(
            source, plan, keepingTrace: kept, text(facts), parameters: parameters + states,
            columns: columns(plan, parameters, states))
    }

    private static func columns(_ plan: SynapsePlan, _ parameters: [Parameter], _ states: [Parameter])
        -> [SynapseDefinition.Column]
    {
        let ofSenders = Set(plan.ofSenders), read = Set(plan.senderParameters)
        var columns = parameters.enumerated().map {
            SynapseDefinition.Column($1, read.contains($0) ? .release : .arrival)
        }
        let trace = plan.facts.targetTrace?.state
        columns += states.enumerated().map {
            SynapseDefinition.Column($1, ofSenders.contains($0) ? .release : $0 == trace ? .target : .arrival)
        }
        columns += [known, since].map { .init(name: $0, start: 0, isState: true, part: .release, begins: .now) }
        if plan.drawsRandomly {
            columns.append(.init(name: number, start: 0, isState: true, part: .arrival, begins: .number))
        }
        return columns
    }

    private static func text(_ facts: SynapseFacts) -> ModelText {
        let source = facts.source
        var text = EquationModel.withoutMargin(source.equations)
        text += "\(text.isEmpty ? "" : "\n")at a spike of the sender: \(EquationModel.line(source.onPre))"
        if !source.onPost.allSatisfy(\.isWhitespace) {
            text += "\nat a spike of the target, a delay later: \(EquationModel.line(source.onPost))"
        }
        return ModelText(
            summary: source.summary.isEmpty ? "Synapse model '\(source.name)' of a script." : source.summary,
            equations: text, references: source.references, notes: source.notes)
    }

    /// How a model is run, in words; nil of a model that is not a text.
    package static func explanation(_ name: String) throws -> String? {
        let model = try Synapses.named(name)
        if let coupling = model.coupling { return coupling.explanation }
        guard let source = model.source else { return nil }
        return try SynapsePlan.plan(source, keepingTrace: true).explanation
    }
}
