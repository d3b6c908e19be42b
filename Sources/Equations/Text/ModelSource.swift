/// A model of cells as its author wrote it: texts and rows, nothing understood yet. Records, bundles and checkpoints keep this.
package struct ModelSource: Hashable, Sendable {
    /// A parameter or a state.
    package struct Row: Hashable, Sendable {
        package var name: String
        /// A number, a number with a unit, or, of a state, a formula.
        package var value: String
        package var meaning: String
        /// "> 0", ">= 0", "0 to 1", "any", or nothing.
        package var allowed: String

        package init(_ name: String, _ value: String, _ meaning: String = "", _ allowed: String = "") {
            (self.name, self.value, self.meaning, self.allowed) = (name, value, meaning, allowed)
        }
    }

    /// As in `I_stim = "current pA"`.
    package struct Input: Hashable, Sendable {
        package var name: String
        package var kind: String

        package init(_ name: String, _ kind: String) { (self.name, self.kind) = (name, kind) }
    }

    /// What arriving spikes of a receptor do.
    package struct Arrival: Hashable, Sendable {
        package enum Sign: String, Hashable, Sendable { case any, excitatory, inhibitory }
        /// A number or a name; "" where there is one receptor.
        package var receptor: String
        package var sign: Sign
        package var text: String

        package init(receptor: String, sign: Sign, _ text: String) {
            (self.receptor, self.sign, self.text) = (receptor, sign, text)
        }
    }

    package struct Event: Hashable, Sendable {
        /// "spike", or the name among `events`.
        package var name: String
        package var when = ""
        package var crossing = ""
        package var action = ""
        package var refractory = ""
        package var hold: [String] = []

        package init(_ name: String) { self.name = name }
    }

    package var name: String
    package var summary = ""
    package var references: [String] = []
    package var notes: [String] = []
    /// "neuron" or "astrocyte"
    package var kind = "neuron"
    package var parameters: [Row] = []
    package var state: [Row] = []
    package var inputs: [Input] = []
    package var equations = ""
    package var onSpike: [Arrival] = []
    package var spike: Event?
    package var events: [Event] = []
    package var method = "auto"
    package var tolerance = 1e-6
    /// ms; nil: the resolution.
    package var step: Double?
    package var units = true

    package init(name: String) { self.name = name }
}
