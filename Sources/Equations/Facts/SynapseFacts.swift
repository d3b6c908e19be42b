import AstroBase

/// What a synapse's texts say: values of one graph.
///
/// Leaves of states are the values at the moment of an event; `last` is what they were before other events of the same moment. The
/// weight is the leaf `weight`, the delay `delay`, the moment `time`; `stepLength` is how long ago the event before was.
package struct SynapseFacts: Sendable {
    package let source: SynapseSource
    /// Parameters, states, quantities and the graph, as a model of cells has them.
    package internal(set) var model: ModelFacts
    package internal(set) var weightUnit = PhysicalUnit.one
    /// Of what is handed over to targets; nil where it fits any.
    package internal(set) var sentDimension: Dimension?
    /// Names of what is read of the target: leaves `post`; and which of them equations of states read.
    package internal(set) var post: [String] = []
    package internal(set) var postInEquations: [String] = []
    /// Names of what is read of the cell that is paired with a connection: leaves `third`.
    package internal(set) var third: [String] = []
    /// Of what is handed over to paired cells; nil where it fits any.
    package internal(set) var thirdDimension: Dimension?
    package internal(set) var onPre = Reaction()
    package internal(set) var onPost = Reaction()

    /// What happens at a spike.
    package struct Reaction: Sendable {
        /// New values of states, in the order of the text.
        package internal(set) var changes: [ModelFacts.Change] = []
        /// nil: it stays as it is.
        package internal(set) var weight: Graph.ID?
        /// What is handed over, a spike each.
        package internal(set) var sends: [Graph.ID] = []
        /// What is handed over to the paired cell, a spike each.
        package internal(set) var thirds: [Graph.ID] = []

        package var roots: [Graph.ID] { changes.map(\.value) + (weight.map { [$0] } ?? []) + sends + thirds }
    }

    /// Does it speak of a cell that is paired with each connection?
    package var isPaired: Bool { !third.isEmpty || !onPre.thirds.isEmpty }

    package var changesWeight: Bool { onPre.weight != nil || onPost.weight != nil }
}

/// A state that is the trace of the target's spikes, with the target's own time constant:
///
///     dX/dt = -X/post.tau_minus        at a spike of the target X += 1, or X = 1; nothing else reads it there or changes it
///
/// It is the same for all connections onto a target, a delay aside, so the target can keep it.
package struct TargetTrace: Sendable {
    package let state: Int
    /// Do spikes add up? Otherwise the last one counts alone.
    package let addsUp: Bool

    /// What such a state decays with.
    package static let timeConstant = "tau_minus"
}

extension SynapseFacts {
    /// The first state that is one.
    package var targetTrace: TargetTrace? {
        guard let index = post.firstIndex(of: TargetTrace.timeConstant) else { return nil }
        var graph = model.graph
        let tau = graph.leaf(.post, index), one = graph.constant(1)
        let rate = graph.apply(.multiply, graph.constant(-1), graph.apply(.divide, one, tau))
        for state in model.states.indices {
            let leaf = Leaf(.state, state), x = graph.leaf(.state, state)
            guard let slope = graph.affine([model.states[state].slope], in: { $0 == leaf })[0],
                slope.coefficients == [leaf: rate], graph.constantValue(slope.rest) == 0,
                let change = onPost.changes.first(where: { $0.state == state })?.value,
                !onPre.changes.contains(where: { $0.state == state }), !reads(state, graph)
            else { continue }
            if change == one { return TargetTrace(state: state, addsUp: false) }
            if change == graph.apply(.add, x, one) { return TargetTrace(state: state, addsUp: true) }
        }
        return nil
    }

    /// Does something else than the state's own line read it, or what it is after a spike of the target at the same moment?
    private func reads(_ state: Int, _ graph: Graph) -> Bool {
        let slopes = model.states.indices.filter { $0 != state }.map { model.states[$0].slope }
        let changes = onPost.changes.filter { $0.state != state }.map(\.value)
        let roots = slopes + changes + (onPost.weight.map { [$0] } ?? []) + onPre.roots
        return graph.leaves(of: roots).contains(Leaf(.state, state))
    }
}
