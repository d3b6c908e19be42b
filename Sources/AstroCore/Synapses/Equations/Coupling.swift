import Equations

/// Couplings: signals that are expressions of both ends.
package enum Coupling {
    static let every = "every"

    /// - Throws: an `InputError` that says what is wrong with the text, and where.
    static func definition(_ source: CouplingSource) throws -> SynapseDefinition {
        SynapseDefinition(try CouplingPlan(source))
    }

    /// How identities of couplings begin.
    static let identity = "coupling:"

    /// What all have. Where a default is no number, it is the step of the simulation.
    static let common = [
        Parameter("weight", 1, .one, "factor of the value"),
        Parameter("delay", .text(step), .ms, "when the value arrives, rounded to the nearest step", .delay),
        SignalConnection.definition.parameter("receptor_type")!,
        Parameter(
            every, .text(step), .ms, "the value is worked out at multiples of it, and held in between", .positive,
            and: "a multiple of the resolution"),
    ]

    private static let step = "one step"

    static func text(_ source: CouplingSource) -> ModelText {
        var lines = ["\(source.input)(t) = sum over connections of weight * value(t - delay)"]
        lines.append("value = \(EquationModel.line(source.value))")
        lines += source.quantities.map { "\($0.name) = \(EquationModel.line($0.text))" }
        return ModelText(
            summary: source.summary.isEmpty ? "Coupling '\(source.name)' of a script." : source.summary,
            equations: lines.joined(separator: "\n"), references: source.references, notes: source.notes)
    }
}

extension SynapseDefinition {
    fileprivate init(_ plan: CouplingPlan) {
        let source = plan.facts.source
        let own = plan.facts.model.parameters.map {
            Parameter($0.name, $0.value, Unit($0.unitText), $0.meaning, EquationModel.range($0.range))
        }
        (name, text, self.source, coupling) = (source.name, Coupling.text(source), nil, plan)
        identity = "\(Coupling.identity)\(source.name) \(Self.hash(source.encoded))"
        carries = .signal(SignalRoute(output: "", port: source.input, meaning: "coupling '\(source.name)'"))
        parameters = Coupling.common + own
        columns = own.map { Column($0, .arrival) }
        (conditions, checkpointLayout, scalesWeight, changesWeight) = ([], .general, true, false)
        (readsTargetHistory, readsTargetTrace, handsOver, follows) = (false, false, 1, nil)
        (readsOfTargets, readsInEquations, readsOfThird, sendsToThird, readsThirdSpikes) = ([], [], [], 0, false)
        (sentUnit, thirdUnit) = (nil, nil)
        bind = { columns, _ in BoundKernel<ConstantWeight>(columns) }
    }

    /// States and quantities that it reads of its sources and of its targets while the simulation runs.
    var signalsOfSources: [String] { coupling?.facts.pre ?? signal.map { [$0.output] } ?? [] }
    var signalsOfTargets: [String] { coupling?.facts.post ?? [] }

    /// A coupling between cells of some models, with units checked and converted.
    func joining(_ pre: [ModelDefinition], _ post: [ModelDefinition]) throws -> SynapseDefinition {
        guard let coupling, let target = post.first else { return self }
        let source = coupling.facts.source
        let unit = { (name: String, end: String, models: [ModelDefinition]) throws -> String? in
            // nobody knows what numbers without units measure: they fit any
            let known = models.filter { $0.source?.units != false }
            let units = Set(known.compactMap { $0.unit(of: name)?.rawValue })
            guard units.count <= 1 else {
                throw InputError(
                    "\(self.name): \(end)\(name) has several units among the cells (\(units.sorted().joined(separator: ", "))): connect them one by one"
                )
            }
            return units.first
        }
        var units = CouplingUnits(
            pre: [:], post: [:], input: try unit(source.input, "input ", post.receiving(source.input)),
            inputText: "\(source.input) of \(target.name)")
        for name in coupling.facts.pre { units.pre[name] = try unit(name, "pre.", pre) }
        for name in coupling.facts.post { units.post[name] = try unit(name, "post.", post) }
        return SynapseDefinition(try CouplingPlan(source, units))
    }
}
