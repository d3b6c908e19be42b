import AstroBase

/// How a model is run: which state goes by which method, and the programs that do it.
package final class Plan: Sendable {
    package enum StateMethod: String, Sendable {
        /// Nothing but actions and spikes change it.
        case still
        case exact, euler, exponential_euler, heun, milstein, rk4, rkf45
    }

    /// What the outputs of a step's program are, in order: new states, what is left of refractory times, and each event's condition
    /// where no event before has acted.
    package let step: Program
    /// States that the step's program writes, in the order of its first outputs.
    package let changed: [Int]

    /// The parts of an adaptive step: slopes at its beginning; a trial (values, slopes, error); what arrives.
    package struct Adaptive: Sendable {
        package let states: [Int]
        package let slopes: Program
        package let trial: Program
    }

    package let adaptive: Adaptive?
    /// For each event: its condition, what it does, and whether its refractory state goes on; nil where nothing is done.
    package let conditions: [Program]
    package let actions: [Program]
    package let refractory: [Program?]
    /// Nodes of refractory times in ms.
    package let refractoryTimes: [Graph.ID?]
    /// For each quantity, in its own unit.
    package let quantities: [Program]

    package let facts: ModelFacts
    package let graph: Graph
    package let linear: LinearPart
    package let derived: DerivedValues
    package let methods: [StateMethod]
    package let method: Method
    /// The programs of the step and of events read the states before the step.
    package let readsLast: Bool

    package static func plan(_ source: ModelSource) throws -> Plan {
        let facts = try ModelReader.facts(source)
        do { return try Plan(facts) } catch let error as InputError {
            throw InputError("model \(source.name): \(error.message)")
        }
    }

    private init(_ facts: ModelFacts) throws {
        let method = try Method.named(facts.source.method)
        if let noise = facts.noises.first, !method.takesNoise {
            throw InputError(
                "method = \"\(method.rawValue)\" takes no noise ('\(noise)'): euler, milstein, heun or auto do")
        }
        var stepper = Stepper(facts), linear = LinearPart()
        let (values, methods) =
            method == .rkf45
            ? ([:], facts.states.indices.map { facts.isStill($0) ? .still : .rkf45 })
            : try Self.values(&stepper, method, &linear)
        var derived = DerivedValues()
        let arrivals = Self.arrivals(&stepper, values)
        let changed = arrivals.keys.sorted()
        let waiting = facts.events.indices.map { Self.waiting(&stepper, $0) }
        let conditions = Self.conditions(&stepper, arrivals)
        var outputs = changed.map { state -> Assembler.Output in (arrivals[state]!, Leaf(.state, state)) }
        outputs += waiting.enumerated().map { ($1, Leaf(.waiting, $0)) }
        // the adaptive method looks at conditions after each trial, not here
        if method != .rkf45 { outputs += conditions.map { ($0, nil) } }
        step = Assembler.program(stepper.graph, outputs, &derived)
        adaptive = method == .rkf45 ? Self.adaptive(&stepper, &derived) : nil
        let events = Self.eventPrograms(&stepper, &derived)
        (self.conditions, actions, refractory) = (events.conditions, events.actions, events.refractory)
        refractoryTimes = facts.events.map { if case .time(let node) = $0.refractory { node } else { nil } }
        quantities = facts.quantities.map { Assembler.program(stepper.graph, [($0.own, nil)], &derived) }
        readsLast = (events.actions + events.conditions + events.refractory.compactMap { $0 } + [step])
            .contains { $0.leaves.contains { $0.kind == .last } }
        guard stepper.graph.nodes.count <= Graph.mostNodes else {
            throw InputError("the model is too large: a step takes \(step.operations) operations")
        }
        (self.facts, graph, self.linear, self.derived) = (facts, stepper.graph, linear, derived)
        (self.changed, self.methods, self.method) = (changed, methods, method)
    }
}

extension Plan {
    /// New values of states, and who goes by which method.
    private static func values(
        _ stepper: inout Stepper, _ method: Method, _ linear: inout LinearPart
    ) throws -> ([Int: Graph.ID], [StateMethod]) {
        let facts = stepper.facts
        var methods = facts.states.indices.map { _ in StateMethod.still }
        let moving = facts.states.indices.filter { !facts.isStill($0) }
        var values: [Int: Graph.ID] = [:]
        if method == .auto || method == .exact {
            values = exactValues(&stepper, &linear, moving.filter { facts.states[$0].noise.isEmpty })
            for state in linear.states { methods[state] = .exact }
        }
        let rest = moving.filter { !linear.states.contains($0) }
        if rest.isEmpty { return (values, methods) }
        let (others, name) = try restValues(&stepper, method, rest, &linear)
        for state in rest { methods[state] = name }
        return (values.merging(others) { $1 }, methods)
    }

    private static func exactValues(
        _ stepper: inout Stepper, _ linear: inout LinearPart, _ candidates: [Int]
    ) -> [Int: Graph.ID] {
        linear = LinearPart(stepper.facts, &stepper.graph, among: candidates)
        if stepper.holds.count > 1 {
            // one propagator with and one without what stands still: of several events each would need its own
            var readers: Set<Int> = []
            repeat {
                readers = linear.states.filter { state in
                    linear.coefficients(of: state).contains { $0 != state && stepper.isHeld($0) != nil }
                }
                linear.remove(readers)
                let left = linear.states
                let unlinear = left.filter { state in linear.coefficients(of: state).contains { !left.contains($0) } }
                linear.remove(Set(unlinear))
                if !unlinear.isEmpty { continue }
            } while !readers.isEmpty
        }
        return linearValues(&stepper, &linear, 1)
    }

    private static func linearValues(_ stepper: inout Stepper, _ linear: inout LinearPart, _ fraction: Double) -> [Int:
        Graph.ID]
    {
        let held = linear.states.filter { stepper.isHeld($0) != nil }
        if stepper.holds.count <= 1 {
            return linear.values(after: fraction, &stepper.graph, held: held, isHeld: stepper.holds.first?.isHeld)
        }
        var values = linear.values(after: fraction, &stepper.graph, held: [], isHeld: nil)
        for state in held.sorted() {
            values[state] = stepper.graph.apply(.select, stepper.isHeld(state)!, stepper.state(state), values[state]!)
        }
        return values
    }

    private static func restValues(
        _ stepper: inout Stepper, _ method: Method, _ rest: [Int], _ linear: inout LinearPart
    ) throws -> ([Int: Graph.ID], StateMethod) {
        let facts = stepper.facts
        switch method {
        case .exact:
            throw stepper.error(
                rest[0], "is not linear with constant coefficients, as method = \"exact\" requires")
        case .euler: return (try stepper.euler(rest, milstein: false), .euler)
        case .milstein: return (try stepper.euler(rest, milstein: true), .milstein)
        case .heun: return (stepper.heun(rest), .heun)
        case .exponentialEuler: return (try stepper.exponentialEuler(rest), .exponential_euler)
        case .rk4: return (stepper.rk4(rest, middle: [:], end: [:]), .rk4)
        case .rkf45: preconditionFailure("an adaptive step is made of trials")
        case .auto: break
        }
        guard facts.noises.isEmpty else {
            let multiplies = rest.contains { state in
                stepper.graph.leaves(of: Array(facts.states[state].noise.values)).contains { $0.kind == .state }
            }
            if multiplies, let values = try? stepper.euler(rest, milstein: true) { return (values, .milstein) }
            return (try stepper.euler(rest, milstein: false), .euler)
        }
        let middle = linear.states.isEmpty ? [:] : linearValues(&stepper, &linear, 0.5)
        let end = linear.states.isEmpty ? [:] : linearValues(&stepper, &linear, 1)
        return (stepper.rk4(rest, middle: middle, end: end), .rk4)
    }

    /// States after the step's spikes have arrived.
    private static func arrivals(_ stepper: inout Stepper, _ values: [Int: Graph.ID]) -> [Int: Graph.ID] {
        var current = values, port = 0
        for (index, arrival) in stepper.facts.arrivals.enumerated() {
            let weight = weight(&stepper, arrival.sign, &port)
            let moment = stepper.moment(1)
            let roots = stepper.graph.replacing(arrival.changes.map(\.value)) { leaf in
                switch leaf.kind {
                case .weight where Int(leaf.index) == index: weight
                case .state: current[Int(leaf.index)]
                case .time: moment
                default: nil
                }
            }
            for (change, root) in zip(arrival.changes, roots) {
                let before = current[change.state] ?? stepper.state(change.state)
                let held = stepper.isHeld(change.state)
                current[change.state] = held.map { stepper.graph.apply(.select, $0, before, root) } ?? root
            }
        }
        return current
    }

    /// Ports hold absolute values: one for a sign, two for any.
    private static func weight(_ stepper: inout Stepper, _ sign: ModelSource.Arrival.Sign, _ port: inout Int)
        -> Graph.ID
    {
        let first = stepper.graph.leaf(.port, port)
        port += sign == .any ? 2 : 1
        switch sign {
        case .excitatory: return first
        case .inhibitory: return stepper.graph.apply(.negate, first)
        case .any:
            let second = stepper.graph.leaf(.port, port - 1)
            return stepper.graph.apply(.subtract, first, second)
        }
    }

    /// Steps of refractoriness that are left; a refractory condition is looked at elsewhere.
    private static func waiting(_ stepper: inout Stepper, _ event: Int) -> Graph.ID {
        let waiting = stepper.graph.leaf(.waiting, event)
        guard case .time = stepper.facts.events[event].refractory else { return waiting }
        let zero = stepper.graph.constant(0), one = stepper.graph.constant(1)
        return stepper.graph.apply(.larger, zero, stepper.graph.apply(.subtract, waiting, one))
    }

    /// Events' conditions after the step.
    private static func conditions(_ stepper: inout Stepper, _ values: [Int: Graph.ID]) -> [Graph.ID] {
        stepper.facts.events.indices.map { index in
            let moment = stepper.moment(1)
            let looked = looked(&stepper, index), before = stepper.facts.states.indices.map { stepper.state($0) }
            return stepper.graph.replacing([looked]) { leaf in
                switch leaf.kind {
                case .state: values[Int(leaf.index)]
                case .last: before[Int(leaf.index)]
                case .time: moment
                default: nil
                }
            }[0]
        }
    }

    /// 1 where an event happens: not where it is refractory, nor, for a crossing, where it was true before.
    private static func looked(_ stepper: inout Stepper, _ index: Int) -> Graph.ID {
        let event = stepper.facts.events[index]
        var result = event.condition
        if case .none = event.refractory {
        } else {
            let rests = stepper.graph.apply(.less, stepper.graph.constant(0), stepper.graph.leaf(.waiting, index))
            result = stepper.graph.apply(.and, result, stepper.graph.apply(.not, rests))
        }
        if event.isCrossing {
            let before = stepper.graph.apply(.less, stepper.graph.constant(0), stepper.graph.leaf(.wasTrue, index))
            result = stepper.graph.apply(.and, result, stepper.graph.apply(.not, before))
        }
        return result
    }

    private static func adaptive(_ stepper: inout Stepper, _ derived: inout DerivedValues) -> Adaptive {
        let states = stepper.facts.states.indices.filter { !stepper.facts.isStill($0) }
        let time = stepper.graph.leaf(.time)
        let first = stepper.slopes(states, [:], time: time)
        let slopes = Assembler.program(stepper.graph, states.map { (first[$0]!, nil) }, &derived)
        let trial = stepper.trial(states, tolerance: stepper.facts.source.tolerance)
        let outputs = states.map { trial.values[$0]! } + states.map { trial.slopes[$0]! } + [trial.error]
        return Adaptive(
            states: states, slopes: slopes, trial: Assembler.program(stepper.graph, outputs.map { ($0, nil) }, &derived)
        )
    }

    private static func eventPrograms(
        _ stepper: inout Stepper, _ derived: inout DerivedValues
    ) -> (conditions: [Program], actions: [Program], refractory: [Program?]) {
        var conditions: [Program] = [], actions: [Program] = [], refractory: [Program?] = []
        for event in stepper.facts.events {
            conditions.append(Assembler.program(stepper.graph, [(event.condition, nil)], &derived))
            actions.append(Assembler.program(stepper.graph, event.action.map { ($0.value, nil) }, &derived))
            if case .condition(let node) = event.refractory {
                refractory.append(Assembler.program(stepper.graph, [(node, nil)], &derived))
            } else {
                refractory.append(nil)
            }
        }
        return (conditions, actions, refractory)
    }
}

extension ModelFacts {
    /// Do equations leave a state as it is?
    package func isStill(_ state: Int) -> Bool {
        graph.constantValue(states[state].slope) == 0 && states[state].noise.isEmpty
    }
}
