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
