import AstroBase

/// How a synapse is run: which states are kept once a sender, and the programs that act at events.
///
/// In programs `stepLength` is the time since the event before.
package final class SynapsePlan: Sendable {
    package let facts: SynapseFacts
    /// States that depend on the sender's spikes alone.
    package let ofSenders: [Int]
    /// The state that is the target's own trace, where the target keeps it: programs find its value from before the moment, which `trace`
    /// takes there from the target's last spike.
    package let ofTarget: TargetTrace?
    package let trace: Program
    /// Takes the states of a sender from its last spike to the end of this one: outputs in the order of `ofSenders`.
    package let release: Program
    package let releasePropagators: Propagators
    /// Takes states to the moment of an event: outputs in the order of `moving`, written over the states.
    package let move: Program
    package let movePropagators: Propagators
    package let moving: [Int]
    /// The same for states of connections alone, and for those of senders alone.
    package let moveConnections: Program
    package let movingConnections: [Int]
    package let moveSenders: Program
    package let movingSenders: [Int]
    /// Do states of connections move without those of senders? Then the latter are looked at from their sender's last spike on.
    package let sendersMoveAlone: Bool
    package let onPre: Event
    package let onPost: Event

    /// A program that acts. Its outputs are the new values of `states` and of the weight if it changes, which are written over the old
    /// ones, and what is sent, to the target first.
    package struct Event: Sendable {
        package let states: [Int]
        package let changesWeight: Bool
        package let sends: Int
        /// Numbers that are sent to the paired cell.
        package let thirds: Int
        package let program: Program
        /// States whose values from before the moment it reads.
        package let readsBefore: [Int]

        /// All states that it reads, from before the moment or as they are.
        package var reads: Set<Int> {
            Set(program.leaves.filter { [.state, .last].contains($0.kind) }.map { Int($0.index) })
        }
    }

    /// Elements of matrix exponentials that a program reads as leaves, and the rates that they are made of.
    package struct Propagators: Sendable {
        package let linear: LinearPart
        /// For each group the rates of its matrix, row by row.
        package let rates: [Program]
        /// For each group the places of its elements among all.
        package let elementsOfGroups: [[Int]]
    }

    /// - `keepingTrace`: whether targets keep the trace that one of the states is; nothing changes where none is.
    package static func plan(_ source: SynapseSource, keepingTrace: Bool) throws -> SynapsePlan {
        let facts = try SynapseReader.facts(source)
        do { return try SynapsePlan(facts, facts.targetTrace.flatMap { keepingTrace ? $0 : nil }) } catch let error
            as InputError
        {
            throw InputError("synapse \(source.name): \(error.message)")
        }
    }

    private init(_ facts: SynapseFacts, _ ofTarget: TargetTrace?) throws {
        (self.facts, self.ofTarget) = (facts, ofTarget)
        var graph = facts.model.graph
        let states = Array(facts.model.states.indices)
        moving = states.filter { !facts.model.isStill($0) && $0 != ofTarget?.state }
        let traced = try Self.moved(facts, &graph, ofTarget.map { [$0.state] } ?? [])
        trace = Assembler.program(graph, parameterValues: Array(traced.values.values))
        ofSenders = Self.ofSenders(facts, graph)
        let onPre = facts.onPre, senders = Set(ofSenders)
        movingSenders = moving.filter(senders.contains)
        movingConnections = moving.filter { !senders.contains($0) }
        let release = try Self.moved(facts, &graph, movingSenders)
        releasePropagators = Propagators(release.linear, graph)
        moveSenders = Assembler.program(graph, writing: movingSenders.map { (release.values[$0]!, Leaf(.state, $0)) })
        let changes = onPre.changes.filter { senders.contains($0.state) }
        // spikes of targets leave them alone: before and now is the same
        let now = Dictionary(uniqueKeysWithValues: states.map { ($0, release.values[$0] ?? graph.leaf(.state, $0)) })
        let changed = graph.replacing(changes.map(\.value)) { leaf in
            [.state, .last].contains(leaf.kind) ? now[Int(leaf.index)] : nil
        }
        let after = Dictionary(uniqueKeysWithValues: zip(changes.map(\.state), changed))
        self.release = Assembler.program(
            graph,
            parameterValues: ofSenders.map { after[$0] ?? release.values[$0] ?? graph.leaf(.state, $0) })
        let move = try Self.moved(facts, &graph, moving)
        movePropagators = Propagators(move.linear, graph)
        self.move = Assembler.program(graph, writing: moving.map { (move.values[$0]!, Leaf(.state, $0)) })
        self.onPre = Self.event(onPre, graph) { !senders.contains($0) }
        moveConnections = Assembler.program(
            graph, writing: movingConnections.map { (move.values[$0]!, Leaf(.state, $0)) })
        let slopes = movingConnections.map { facts.model.states[$0].slope }
        sendersMoveAlone = !graph.leaves(of: slopes).contains { $0.kind == .state && senders.contains(Int($0.index)) }
        onPost = Self.event(facts.onPost, graph) { $0 != ofTarget?.state }
        guard graph.nodes.count <= Graph.mostNodes else { throw InputError("the model is too large") }
    }

    /// Values of states a time `stepLength` later.
    private static func moved(_ facts: SynapseFacts, _ graph: inout Graph, _ states: [Int]) throws -> (
        values: [Int: Graph.ID], linear: LinearPart
    ) {
        var linear = LinearPart(facts.model, &graph, among: states)
        if let state = states.first(where: { !linear.states.contains($0) }) {
            let line = facts.model.states[state].line!
            throw InputError(
                "equations, line \(line.line): d\(line.name)/dt = \(line.value.text(line.value.root)) is not linear with constant coefficients: between spikes, states of synapses follow equations such as dx/dt = -x/tau"
            )
        }
        return (linear.values(after: 1, &graph, held: [], isHeld: nil), linear)
    }

    /// States that nothing else changes than spikes of the sender, by what the sender and parameters have.
    private static func ofSenders(_ facts: SynapseFacts, _ graph: Graph) -> [Int] {
        let states = facts.model.states.indices
        let changes = Dictionary(uniqueKeysWithValues: facts.onPre.changes.map { ($0.state, $0.value) })
        var found = Set(states).subtracting(facts.onPost.changes.map(\.state))
        while true {
            let gone = found.filter { state in
                let roots = [facts.model.states[state].slope] + (changes[state].map { [$0] } ?? [])
                if graph.hasDraws(roots) { return true }
                return graph.leaves(of: roots).contains { leaf in
                    switch leaf.kind {
                    case .parameter, .time, .trialLength: false
                    case .state, .last: !found.contains(Int(leaf.index))
                    default: true
                    }
                }
            }
            if gone.isEmpty { return found.sorted() }
            found.subtract(gone)
        }
    }

    private static func event(_ reaction: SynapseFacts.Reaction, _ graph: Graph, _ isOwn: (Int) -> Bool) -> Event {
        let changes = reaction.changes.filter { isOwn($0.state) }
        let states: [Assembler.Output] = changes.map { ($0.value, Leaf(.state, $0.state)) }
        let weight: [Assembler.Output] = reaction.weight.map { [($0, Leaf(.weight, 0))] } ?? []
        let handedOver: [Assembler.Output] = (reaction.sends + reaction.thirds).map { ($0, nil) }
        let program = Assembler.program(graph, writing: states + weight + handedOver)
        return Event(
            states: changes.map(\.state), changesWeight: reaction.weight != nil, sends: reaction.sends.count,
            thirds: reaction.thirds.count, program: program,
            readsBefore: program.leaves.filter { $0.kind == .last }.map { Int($0.index) })
    }

    /// Parameters that senders' states depend on.
    package var senderParameters: [Int] {
        let programs = [release] + releasePropagators.rates
        return Set(programs.flatMap(\.leaves).filter { $0.kind == .parameter }.map { Int($0.index) }).sorted()
    }

    /// States that a spike of the sender reads as they were before one of the target at the same moment.
    package var readBefore: [Int] { onPre.readsBefore.filter(onPost.states.contains) }

    package var drawsRandomly: Bool { onPre.program.drawsRandomly || onPost.program.drawsRandomly }
    package var changesWeight: Bool { facts.changesWeight }
    /// Do spikes of the target matter, and do connections change at them?
    package var hasPost: Bool { !facts.onPost.roots.isEmpty }
    package var actsAtPost: Bool { onPost.changesWeight || !onPost.states.isEmpty }
}

extension SynapsePlan.Propagators {
    fileprivate init(_ linear: LinearPart, _ graph: Graph) {
        self.linear = linear
        elementsOfGroups = linear.groups.indices.map { group in
            linear.elements.indices.filter { linear.elements[$0].group == group }
        }
        rates = linear.groups.map { Assembler.program(graph, parameterValues: $0.matrix.joined().map { $0 }) }
    }
}

extension SynapsePlan {
    /// In words: what is kept where, by which method, and what an event costs.
    package var explanation: String {
        let count = facts.model.states.count
        var lines = ["\(facts.source.name): \(count) state\(count == 1 ? "" : "s")"]
        for (index, state) in facts.model.states.enumerated() {
            let place =
                ofSenders.contains(index)
                ? "once a sender"
                : index == ofTarget?.state ? "once a target" : "once a connection"
            let way =
                facts.model.isStill(index) ? "stays as it is between spikes" : "linear: exact between spikes"
            lines.append("  \(state.name)  \(state.unitText)  \(place)  \(way)")
        }
        if let ofTarget {
            let name = facts.model.states[ofTarget.state].name
            lines.append(
                "  \(name) is kept by targets for connections made at 0 ms with \(name) = 0; other connections keep their own"
            )
        }
        lines.append("weight in \(facts.weightUnit.dimension.name)\(changesWeight ? ", changed by spikes" : "")")
        lines.append(
            "a spike of the sender: \(release.operations) operations, and \(trace.operations + moveConnections.operations + onPre.program.operations) a connection"
        )
        if facts.isPaired {
            let read = facts.third.isEmpty ? [] : ["reads \(facts.third.joined(separator: ", "))"]
            let fed = onPre.thirds > 0 ? ["is sent \(onPre.thirds) spike\(onPre.thirds == 1 ? "" : "s")"] : []
            lines.append("paired astrocyte: \((read + fed).joined(separator: ", "))")
        }
        if hasPost {
            lines.append(
                "a spike of the target: \(move.operations + onPost.program.operations) operations a connection"
            )
        }
        return lines.joined(separator: "\n")
    }
}
