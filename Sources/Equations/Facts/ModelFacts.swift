/// What a model says, understood and checked: names, units, and formulas as values of one graph.
///
/// Parameters, states and inputs are in the units that the author gave them; formulas are in the units of `PhysicalUnit`.
package struct ModelFacts: Sendable {
    package struct Range: Sendable, Equatable {
        /// What a value has to be above or below, or may just be.
        package var above: Double?, atLeast: Double?, below: Double?, atMost: Double?
        /// May it be infinite? A parameter may whose default is.
        package var hasInfinity = false
        /// Is it yes or no: 1 or 0?
        package var isFlag = false

        package static let any = Range()

        package init(above: Double? = nil, atLeast: Double? = nil, below: Double? = nil, atMost: Double? = nil) {
            (self.above, self.atLeast, self.below, self.atMost) = (above, atLeast, below, atMost)
        }

        package func admits(_ x: Double) -> Bool {
            (x.isFinite || hasInfinity && x.isInfinite) && (above.map { x > $0 } ?? true)
                && (atLeast.map { x >= $0 } ?? true)
                && (below.map { x < $0 } ?? true) && (atMost.map { x <= $0 } ?? true)
                && (!isFlag || x == 0 || x == 1)
        }
    }

    package struct Parameter: Sendable {
        package let name: String
        package let value: Double
        package let unit: PhysicalUnit
        package let unitText: String
        package let meaning: String
        package var range: Range
    }

    package struct State: Sendable {
        package enum Start: Sendable { case number(Double), formula(Graph.ID) }

        package let name: String
        package let start: Start
        package let unit: PhysicalUnit
        package let unitText: String
        package let meaning: String
        package let range: Range
        /// In the state's own unit per ms, the noise left out; `time` is the moment.
        package var slope: Graph.ID = 0
        /// What each noise is multiplied with, in the state's own unit.
        package var noise: [Int: Graph.ID] = [:]
        /// As it was written.
        package var line: EquationLine?
    }

    package struct Input: Sendable {
        package let name: String
        package let isSignal: Bool
        package let unit: PhysicalUnit
        package let unitText: String
    }

    package struct Quantity: Sendable {
        package let name: String
        /// In its own unit, and in that of formulas.
        package let own: Graph.ID
        package let value: Graph.ID
        package let isTruth: Bool
        package let unit: PhysicalUnit
        package let unitText: String
        package let line: EquationLine
    }

    /// A port of spikes, and what the sum of a step's weights does there.
    package struct Arrival: Sendable {
        /// From 0.
        package let receptor: Int
        package let receptorName: String
        package let sign: ModelSource.Arrival.Sign
        package let weightUnit: PhysicalUnit
        package let weightUnitText: String
        /// New values of states, in the order of the text; `weight` with the arrival's index is the sum.
        package let changes: [Change]
    }

    package struct Change: Sendable {
        package let state: Int
        package let value: Graph.ID
    }

    package enum Refractory: Sendable { case none, time(Graph.ID), condition(Graph.ID) }

    package struct Event: Sendable {
        package let name: String
        package let condition: Graph.ID
        package let isCrossing: Bool
        package let action: [Change]
        package let refractory: Refractory
        package let holds: [Int]
    }

    package let source: ModelSource
    package internal(set) var graph: Graph
    package internal(set) var parameters: [Parameter] = []
    package internal(set) var states: [State] = []
    package internal(set) var inputs: [Input] = []
    package internal(set) var quantities: [Quantity] = []
    package internal(set) var arrivals: [Arrival] = []
    /// The spike first, then by name.
    package internal(set) var events: [Event] = []
    /// Names of white noise, each at the place of its leaf.
    package internal(set) var noises: [String] = []
    /// Draws: where the texts and the noises have one.
    package internal(set) var sites = 0
    /// Receptors of spikes, by index.
    package internal(set) var receptors: [String] = []

    package var sendsSpikes: Bool { source.spike != nil }
}
