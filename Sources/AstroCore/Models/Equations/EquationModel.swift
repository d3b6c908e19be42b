import Equations

/// Makes a model of a text.
package enum EquationModel {
    /// - Throws: an `InputError` that says what is wrong with the text, and where.
    package static func definition(_ source: ModelSource) throws -> ModelDefinition {
        let plan = try Plan.plan(source), facts = plan.facts
        return ModelDefinition(
            source.name, source.kind == "astrocyte" ? .astrocyte : .neuron, parameters: parameters(facts),
            recordables: recordables(facts), ports: ports(facts), outputs: facts.sendsSpikes ? [.spikes] : [],
            hiddenState: hiddenState(plan), stateLimits: facts.states.map { .finite($0.name) },
            quantities: facts.quantities.map(\.name), startFormulas: startFormulas(facts),
            receptorNames: Dictionary(uniqueKeysWithValues: facts.receptors.enumerated().map { ($1, $0) }),
            events: facts.events.map(\.name).filter { $0 != "spike" }, source: source,
            text: text(facts)
        ) { EquationKernel(plan, $0) }
    }

    /// From one unit to another; nil where they measure different things.
    static func factor(from: String, to: String) -> Double? {
        guard let from = try? UnitText.unit(from), let to = try? UnitText.unit(to), from.dimension == to.dimension
        else { return nil }
        return from.factor / to.factor
    }

    /// From a unit to that of formulas; 1 where it is not one.
    static func factor(of unit: Unit) -> Double { (try? UnitText.unit(unit.rawValue))?.factor ?? 1 }

    /// How a model is run, in words, or its equations in LaTeX; nil of a model that is not a text.
    package static func explanation(_ model: ModelDefinition, asLaTeX: Bool) throws -> String? {
        guard let source = model.source else { return nil }
        let plan = try Plan.plan(source)
        return asLaTeX ? LaTeXWriter(plan.facts).system : plan.explanation
    }

    private static func parameters(_ facts: ModelFacts) -> [Parameter] {
        let states = facts.states.map { state -> Parameter in
            var start = 0.0
            if case .number(let x) = state.start { start = x }
            if case .formula(let node) = state.start { start = defaultStart(node, facts) }
            return Parameter(state.name, start, Unit(state.unitText), state.meaning, range(state.range), .state)
        }
        let own = facts.parameters.map {
            Parameter(
                $0.name, $0.value, $0.range.isFlag ? .flag : Unit($0.unitText), $0.meaning, range($0.range))
        }
        return states + own + (needsTrace(facts) ? [trace] : [])
    }

    /// What synapses that learn ask of every cell that sends spikes.
    private static let trace = Parameter(
        TargetHistory.parameter, 20, .ms, "time constant of the post-spike trace that stdp_synapse reads", .positive)

    /// Has a cell no such parameter of its own?
    private static func needsTrace(_ facts: ModelFacts) -> Bool {
        facts.sendsSpikes && !facts.parameters.contains { $0.name == trace.name }
            && !facts.states.contains { $0.name == trace.name } && !facts.quantities.contains { $0.name == trace.name }
            && !facts.inputs.contains { $0.name == trace.name }
    }

    static func range(_ range: ModelFacts.Range) -> Parameter.Range {
        switch range {
        case .any: return .any
        case .anyOrInfinite: return .extended
        case ModelFacts.Range.flag: return .bounds(text: "true or false") { $0 == 0 || $0 == 1 }
        case ModelFacts.Range(above: 0): return .positive
        case ModelFacts.Range(atLeast: 0): return .nonNegative
        case ModelFacts.Range(atLeast: 0, atMost: 1): return .fraction
        default: return .bounds(text: range.text) { range.admits($0) }
        }
    }

    private static func recordables(_ facts: ModelFacts) -> [Recordable] {
        facts.states.map { Recordable($0.name, Unit($0.unitText), $0.meaning) }
            + facts.quantities.map { Recordable($0.name, Unit($0.unitText), "quantity of the equations") }
            + facts.inputs.map {
                Recordable($0.name, Unit($0.unitText), $0.isSignal ? "signal that arrives" : "current that is injected")
            }
    }

    /// Spikes first, then what is held, in the order of the kernel's numbers.
    private static func ports(_ facts: ModelFacts) -> [Port] {
        var ports: [Port] = []
        for arrival in facts.arrivals {
            let name = arrival.receptorName.isEmpty ? "" : "\(arrival.receptorName) "
            let weight = Unit(arrival.weightUnitText)
            if arrival.sign != .inhibitory {
                ports.append(.spikes("\(name)excitatory", .positive, receptor: arrival.receptor, weight: weight))
            }
            if arrival.sign != .excitatory {
                ports.append(.spikes("\(name)inhibitory", .negative, receptor: arrival.receptor, weight: weight))
            }
        }
        var currents = 0
        for input in facts.inputs {
            if input.isSignal {
                ports.append(.signal(input.name))
            } else {
                ports.append(.current(input.name, receptor: currents))
                currents += 1
            }
        }
        return ports
    }

    private static func hiddenState(_ plan: Plan) -> [ModelDefinition.HiddenState] {
        let facts = plan.facts
        var hidden = facts.inputs.map { ModelDefinition.HiddenState($0.name) }
        hidden += facts.events.map { .init(EquationColumns.waiting($0.name)) }
        hidden += facts.events.map { .init(EquationColumns.wasTrue($0.name), start: -1) }
        if facts.source.step != nil {
            hidden += (0..<plan.spikePorts).map { .init(EquationColumns.spikeSum($0)) }
            hidden += facts.inputs.map { .init(EquationColumns.inputSum($0.name)) }
        }
        // longer than any step: the first trial takes what there is
        if plan.adaptive != nil { hidden.append(.init(EquationColumns.substepName, start: 1e300)) }
        return hidden
    }

    private static func text(_ facts: ModelFacts) -> ModelText {
        let source = facts.source
        var text = withoutMargin(source.equations)
        for arrival in source.onSpike {
            let name = [arrival.receptor, arrival.sign == .any ? "" : arrival.sign.rawValue].filter { !$0.isEmpty }
                .joined(separator: " ")
            text += "\na spike arrives\(name.isEmpty ? "" : " (\(name))"): \(line(arrival.text))"
        }
        for event in (source.spike.map { [$0] } ?? []) + source.events {
            text +=
                "\n\(event.name) \(event.crossing.isEmpty ? "when" : "where it becomes true that") \(event.when)\(event.crossing)"
            if !event.action.isEmpty { text += ", then \(line(event.action))" }
            if !event.refractory.isEmpty { text += "; refractory \(event.refractory)" }
            if !event.hold.isEmpty { text += ", holds \(event.hold.joined(separator: ", "))" }
        }
        return ModelText(
            summary: source.summary.isEmpty ? "Model '\(source.name)' of a script." : source.summary, equations: text,
            references: source.references, notes: source.notes)
    }

    /// Lines without the indent that all have, and without empty ones around them.
    static func withoutMargin(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let indent = lines.filter { !$0.allSatisfy(\.isWhitespace) }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        lines = lines.map { $0.count >= indent ? String($0.dropFirst(indent)) : $0 }
        while lines.first?.allSatisfy(\.isWhitespace) == true { lines.removeFirst() }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    /// Statements in one line.
    static func line(_ text: String) -> String {
        text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }.filter {
            !$0.isEmpty
        }
        .joined(separator: "; ")
    }

    // MARK: Start values

    private static func defaultStart(_ node: Graph.ID, _ facts: ModelFacts) -> Double {
        evaluate(node, facts, cells: [0], { name, _ in facts.parameters.first { $0.name == name }?.value ?? 0 }) {
            _, _ in
            RandomStream(seed: 0, StreamName(.nodeParameter))
        }[0]
    }

    private static func startFormulas(_ facts: ModelFacts) -> ModelDefinition.StartFormulas? {
        var nodes: [String: Graph.ID] = [:]
        for state in facts.states { if case .formula(let node) = state.start { nodes[state.name] = node } }
        guard !nodes.isEmpty else { return nil }
        return .init(facts.states.map(\.name).filter { nodes[$0] != nil }) { [nodes] state, cells, value, stream in
            evaluate(nodes[state]!, facts, cells: cells, value, stream)
        }
    }

    private static func evaluate(
        _ node: Graph.ID, _ facts: ModelFacts, cells: [Int], _ value: (String, Int) -> Double,
        _ stream: (Int, Int) -> RandomStream
    ) -> [Double] {
        let program = Assembler.program(facts.graph, parameterValues: [node]), frame = Frame(program)
        let rows = ColumnStore.allocate(max(1, program.leaves.count) * Frame.largest)
        defer { rows.deallocate() }
        rows.initialize(repeating: 0, count: max(1, program.leaves.count) * Frame.largest)
        var result: [Double] = []
        for first in stride(from: 0, to: cells.count, by: Frame.largest) {
            let count = min(Frame.largest, cells.count - first)
            for (index, leaf) in program.leaves.enumerated() {
                let row = rows + index * Frame.largest
                for lane in 0..<count {
                    row[lane] =
                        leaf.kind == .index
                        ? Double(cells[first + lane]) : value(facts.parameters[Int(leaf.index)].name, first + lane)
                }
                frame[index] = Place(base: row, stride: 1)
            }
            withoutActuallyEscaping(stream) { stream in
                let draws = LaneDraws { op, site, lane, _, _ in
                    guard lane < count else { return 0 }
                    var stream = stream(cells[first + lane], site)
                    return op == .normal ? stream.normal() : stream.uniform()
                }
                frame.run(padded(count), draws)
            }
            result += UnsafeBufferPointer(start: frame.output(0), count: count)
        }
        return result
    }
}

extension ModelFacts.Range {
    fileprivate static var flag: Self {
        var range = Self.any
        range.isFlag = true
        return range
    }

    fileprivate static var anyOrInfinite: Self {
        var range = Self.any
        range.hasInfinity = true
        return range
    }

    fileprivate var text: String { hasInfinity ? "\(bounds), infinity too" : bounds }

    private var bounds: String {
        if let atLeast, let atMost { return "\(formatted(atLeast)) to \(formatted(atMost))" }
        if let above { return "> \(formatted(above))" }
        if let atLeast { return ">= \(formatted(atLeast))" }
        if let below { return "< \(formatted(below))" }
        if let atMost { return "<= \(formatted(atMost))" }
        return "any finite number"
    }
}
