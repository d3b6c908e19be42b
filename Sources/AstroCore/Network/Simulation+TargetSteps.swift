import AstroBase

/// Steps of targets that synapses follow: whose, and how much of them is kept.
extension Simulation {
    /// Rules of synapse models that follow their targets, by the models' identities.
    var stepRules: [String: StepRule] {
        var rules: [String: StepRule] = [:]
        for projection in projections { rules[projection.model.identity] = projection.model.follows }
        return rules
    }

    /// Populations whose cells may be followed, for each rule; the same on all ranks.
    var followed: [(identity: String, rule: StepRule, population: Population)] {
        let rules = stepRules.inOrder
        return rules.flatMap { identity, rule in
            populationList.filter { $0.cells.map { rule.fits($0.model) } ?? false }.map { (identity, rule, $0) }
        }
    }

    /// Steps of the longest delay of connections that ask a rule.
    private func longestDelay(_ identity: String) -> Int {
        projections.filter { $0.model.identity == identity }.map(\.longestDelay).max() ?? 1
    }

    /// Tells the rules what parameters cells have now, and makes room for what a run leaves.
    func prepareSteps(_ together: Together) throws {
        try together.agree {
            for (identity, rule, population) in followed {
                try forEachFollowed(population, identity) { steps, cell, place in
                    try set(steps, rule, population.cells!, cell, place)
                }
            }
            try reserveSteps()
        }
    }

    private func set(_ steps: StepHistory, _ rule: StepRule, _ cells: Cells, _ cell: Int, _ place: Int) throws {
        let values = rule.parameters.map { cells.column($0)[cell] * factor(of: $0, cells.model) }
        let lag = (cells.column(rule.lag)[cell] * factor(of: rule.lag, cells.model) / resolution).rounded()
        guard lag >= 0, lag <= Double(UInt16.max) else {
            throw InputError(
                "\(cells.model.name): \(rule.lag) = \(formatted(cells.column(rule.lag)[cell])) is not a time of 0 to \(UInt16.max) steps"
            )
        }
        steps.set(place, values, lag: Int(lag), now: now)
    }

    private func factor(of name: String, _ model: ModelDefinition) -> Double {
        model.parameters.first { $0.name == name }.map { EquationModel.factor(of: $0.unit) } ?? 1
    }

    /// A level is asked for when the spike arrives, one or two slices later than the sender's step ends.
    func reserveSteps() throws {
        for plane in planes.joined() {
            for (identity, steps) in plane.history?.steps ?? [:] {
                try steps.reserve(longestDelay(identity) + 2 * Self.longestSlice + 1, now: now)
            }
        }
    }

    /// Forgets what no synapse will ask for as things are, but for events.
    func forgetUnreadSteps() {
        for plane in planes.joined() {
            for (identity, steps) in plane.history?.steps ?? [:] {
                let delay = longestDelay(identity)
                for place in steps.cells.indices where steps.cells[place].isKept {
                    steps.forgetRows(
                        place, levelsBefore: now + 1 - delay, earlierBefore: now + 1 - steps.cells[place].lag, now: now)
                }
            }
        }
    }

    /// The own cells of a population that a rule follows, and their places.
    func forEachFollowed(
        _ population: Population, _ identity: String, _ body: (StepHistory, _ cell: Int, _ place: Int) throws -> Void
    ) rethrows {
        for share in population.cells!.shares {
            guard let steps = share.plane.history?.steps[identity] else { continue }
            for cell in share.cells {
                let place = share.offset + cell - share.cells.lowerBound
                if place < steps.cells.count, steps.cells[place].isKept { try body(steps, cell, place) }
            }
        }
    }
}

extension StepRule {
    /// Of what the rule reads, what cells of a model do not have.
    func missing(_ model: ModelDefinition) -> [String] {
        let fixed = parameters + [lag]
        return changing.filter { !model.sends($0) }
            + fixed.filter { name in !model.parameters.contains { $0.name == name && $0.role == .parameter } }
    }

    func fits(_ model: ModelDefinition) -> Bool { missing(model).isEmpty }
}
