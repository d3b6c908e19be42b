import AstroBase

/// What a coupling's texts say: a value of one graph.
///
/// Leaves `preSignal` and `postSignal` are what the two cells are at the moment, in their own units; `incoming` is how many connections of
/// the coupling end at the target.
package struct CouplingFacts: Sendable {
    package let source: CouplingSource
    /// Parameters, what `where` names, and the graph.
    package internal(set) var model: ModelFacts
    /// Names of what is read of the source and of the target.
    package internal(set) var pre: [String] = []
    package internal(set) var post: [String] = []
    /// In the unit of the input.
    package internal(set) var value: Graph.ID = 0
}

/// What a coupling joins measures: units as models name them. What is not there fits any.
package struct CouplingUnits: Hashable, Sendable {
    /// By the names of states and quantities.
    package var pre: [String: String]
    package var post: [String: String]
    package var input: String?
    /// "J_gap of g_chi"
    package var inputText: String

    package init(pre: [String: String], post: [String: String], input: String?, inputText: String) {
        (self.pre, self.post, self.input, self.inputText) = (pre, post, input, inputText)
    }

    static func unit(_ text: String?) -> PhysicalUnit? { text.flatMap { try? UnitText.unit($0) } }
}
