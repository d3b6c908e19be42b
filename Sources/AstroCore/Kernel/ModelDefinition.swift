import Equations

/// A kind of cell: its tables, and what makes the kernel that advances cells. The only place where a model is described; the
/// program, its pages, help, checkpoints and messages read it.
///
/// A model of the program is one file in Models/ with a `definition`, and one line in `Catalogue`. Definitions are compared by
/// identity: two of the same name are two models.
package final class ModelDefinition: Sendable {
    package let name: String
    package let family: NodeFamily
    package let text: ModelText
    package let parameters: [Parameter]
    package let recordables: [Recordable]
    package let ports: Ports
    package let outputs: [Output]

    /// State that no user sees.
    package let hiddenState: [HiddenState]

    /// What is looked at now and then while a simulation runs. NaN anywhere in the state must show in one of these states a step
    /// later.
    package let stateLimits: [StateLimit]

    /// What recorders and signals can read beside states: the kernel works it out when somebody does.
    package let quantities: [String]

    /// Works out what states begin with, where that is a formula of parameters.
    package let startFormulas: StartFormulas?

    /// Conditions between parameters; throws an `InputError`. It gets a cell's values by name.
    package let check: @Sendable (_ value: (String) -> Double) throws -> Void

    /// Names of what happens to cells beside spikes and can be recorded, by the numbers that the kernel gives.
    package let events: [String]

    /// Of receptors that have names: their numbers.
    package let receptorNames: [String: Int]

    /// The text that the model is made of; nil of a model of the program.
    package let source: ModelSource?

    /// Makes the kernel for the cells of a batch.
    package let bind: @Sendable (ModelColumns) -> any NodeKernel

    /// Start values that are formulas.
    package struct StartFormulas: Sendable {
        /// States that have one.
        package let states: [String]
        /// Values of a state for some new cells.
        ///
        /// - `cells`: their places in the population; `value`: a parameter of a cell; `stream`: random numbers of a cell for a place
        ///   in the formula.
        package let values:
            @Sendable (
                _ state: String, _ cells: [Int], _ value: (String, Int) -> Double,
                _ stream: (_ cell: Int, _ site: Int) -> RandomStream
            )
                -> [Double]

        package init(
            _ states: [String],
            _ values:
                @escaping @Sendable (String, [Int], (String, Int) -> Double, (Int, Int) -> RandomStream) -> [Double]
        ) { (self.states, self.values) = (states, values) }
    }

    package struct HiddenState: Sendable {
        package let name: String
        package let start: Double

        package init(_ name: String, start: Double = 0) { (self.name, self.start) = (name, start) }
    }

    package struct StateLimit: Sendable {
        package let name: String
        package let range: ClosedRange<Double>

        package init(_ name: String, _ range: ClosedRange<Double>) { (self.name, self.range) = (name, range) }

        /// Of a state that may have any finite value.
        package static func finite(_ name: String) -> Self {
            Self(name, -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
        }
    }

    package init(
        _ name: String, _ family: NodeFamily, parameters: [Parameter], recordables: [Recordable] = [], ports: [Port],
        outputs: [Output] = [.spikes], hiddenState: [HiddenState] = [], stateLimits: [StateLimit] = [],
        quantities: [String] = [], startFormulas: StartFormulas? = nil, receptorNames: [String: Int] = [:],
        events: [String] = [], source: ModelSource? = nil, text: ModelText,
        check: @escaping @Sendable (_ value: (String) -> Double) throws -> Void = { _ in },
        bind: @escaping @Sendable (ModelColumns) -> any NodeKernel
    ) {
        (self.name, self.family, self.text) = (name, family, text)
        (self.parameters, self.recordables, self.outputs) = (parameters, recordables, outputs)
        self.ports = Ports(ports)
        (self.hiddenState, self.stateLimits) = (hiddenState, stateLimits)
        (self.quantities, self.startFormulas, self.source) = (quantities, startFormulas, source)
        (self.receptorNames, self.events) = (receptorNames, events)
        (self.check, self.bind) = (check, bind)
        let own = Self.signals(outputs), states = parameters.filter { $0.role == .state }.map(\.name)
        let others = (states + recordables.map(\.name)).reduce(into: [String]()) { names, name in
            if !own.contains(name), !names.contains(name) { names.append(name) }
        }
        (signals, firstColumnSignal) = (own + others, own.count)
    }

    var sendsSpikes: Bool { outputs.contains(.spikes) }

    /// The place of a signal among those that the model sends, by which its kernel names it; nil where it sends none of that name.
    func signal(_ name: String) -> Int? { signals.firstIndex(of: name) }

    /// Names of the signals that the model sends: first those that its kernel hands over, then what stands in its columns.
    let signals: [String]

    /// What a kernel hands over itself, in the order of its numbers.
    private static func signals(_ outputs: [Output]) -> [String] {
        outputs.compactMap { if case .signal(let name) = $0 { name } else { nil } }
    }

    /// Signals from here on are read from columns after each step.
    let firstColumnSignal: Int

    /// Receptors of spikes and inputs of currents that have names.
    func receptor(named name: String) -> Int? {
        ports.list.first { $0.quantity == .current && $0.name == name }?.receptor ?? receptorNames[name]
    }

    /// The unit of what a model receives or gives under a name; nil where it is not known.
    func unit(of name: String) -> Unit? {
        recordables.first { $0.name == name }?.unit ?? parameters.first { $0.name == name }?.unit
    }

    func isState(_ name: String) -> Bool {
        parameters.first { $0.name == name }.map { $0.role == .state } ?? true
    }

    /// All columns of a batch and what cells begin with. States are never shared.
    var starts: [ColumnStart] {
        parameters.map { ColumnStart(name: $0.name, value: $0.defaultNumber, isState: $0.role == .state) }
            + hiddenState.map { ColumnStart(name: $0.name, value: $0.start, isState: true) }
    }
}

package enum NodeFamily: String, Sendable { case neuron, astrocyte, stimulator, recorder }

/// A column of a batch, and what cells begin with.
struct ColumnStart {
    let name: String
    let value: Double
    let isState: Bool
}

extension ModelDefinition: Equatable {
    package static func == (a: ModelDefinition, b: ModelDefinition) -> Bool { a === b }
}

extension [ModelDefinition] {
    /// Those that have an input for a signal. What has the name but is no input is refused where cells are connected.
    func receiving(_ input: String) -> [ModelDefinition] { filter { $0.ports.signal(input) != nil } }
}
