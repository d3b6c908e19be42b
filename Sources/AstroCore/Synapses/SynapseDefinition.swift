import Equations
import Synchronization

/// A synapse model as a value: its tables, and a kernel that says what happens at a spike.
///
/// Its parameters and states belong to one of two parts. The *release* part acts at a sender's spike, alike for all connections of
/// the sender that share its values; so its states are kept once a sender as long as they do. The *arrival* part acts at the
/// target, connection by connection.
struct SynapseDefinition: Sendable {
    let name: String
    /// Tells it from others of the same name, in checkpoints, too.
    let identity: String
    let text: ModelText
    let carries: Load
    /// What a user may set, in the order of pages and of streams of random numbers: weight, delay, receptor_type, then the
    /// model's own.
    let parameters: [Parameter]
    /// The model's own parameters and states, hidden ones included.
    let columns: [Column]
    /// What values have to fulfil together.
    let conditions: [SynapseCondition]
    /// Does an arriving spike change the weight? Then it is a state, and each connection has its own.
    let changesWeight: Bool
    /// Is what arrives the weight, times what the release gave if there is one?
    let scalesWeight: Bool
    /// Does a connection look at its target's spikes, and at the trace that they leave?
    let readsTargetHistory: Bool
    let readsTargetTrace: Bool
    /// Numbers that an arriving spike hands over for each connection, each a spike of its own. Of a text, 0 is none.
    let handsOver: Int
    /// How it follows its targets from step to step, where it does.
    let follows: StepRule?
    /// What it is made of, where that is a text.
    let source: SynapseSource?
    /// Where it is a coupling: what it sends.
    let coupling: CouplingPlan?
    /// Parameters, states and quantities of targets that it reads; those that have to be parameters, since equations do.
    let readsOfTargets: [String]
    let readsInEquations: [String]
    /// States and quantities that it reads of the cell paired with a connection, and the spikes that it hands over to it.
    let readsOfThird: [String]
    let sendsToThird: Int
    /// Does it look back at the spikes of the paired cell, which each connection must have then?
    let readsThirdSpikes: Bool
    /// What it hands over measures, to the target and to the paired cell; nil where that fits any.
    let sentUnit: Unit?
    let thirdUnit: Unit?
    let checkpointLayout: CheckpointLayout
    /// Gives the kernel for a projection's columns.
    let bind: @Sendable (SynapseColumns, SynapseBinding) -> any BoundSynapse

    enum Load: Sendable {
        case spikes
        case signal(SignalRoute)
    }

    /// What it reads of targets at spikes or from step to step.
    var namesOfTargets: [String] { readsOfTargets + (follows?.changing ?? []) }

    /// Is a cell paired with each connection?
    var isPaired: Bool { !readsOfThird.isEmpty || sendsToThird > 0 || readsThirdSpikes }

    /// What it joins, where it carries a signal; nil where it carries spikes.
    var signal: SignalRoute? { if case .signal(let route) = carries { route } else { nil } }

    /// A parameter or state of a model.
    struct Column: Sendable {
        let name: String
        let start: Double
        let isState: Bool
        let part: Part
        var begins = Begin.asGiven

        /// Of the target is the arrival's state that the target keeps for all its connections, as long as they may share it.
        enum Part { case release, arrival, target }
        /// With `start` or what a user gives; with the moment (ms) at which the connection is made; with its number in its row.
        enum Begin { case asGiven, now, number }
    }

    /// How checkpoints hold what connections have of their own.
    enum CheckpointLayout: Sendable {
        case general
        /// Either nothing or all of these columns, in this order, the parameters first: the layout of before there were others.
        case allOrNothing([String])
    }

    /// A model whose connections have a weight and a delay, and nothing else.
    init(_ name: String, _ text: ModelText, carries: Load = .spikes, identity: String? = nil) {
        self.init(name, text, carries: carries, scalesWeight: true, identity: identity) {
            BoundKernel<ConstantWeight>($0)
        }
    }

    /// A model that scales the weight by what a spike releases.
    ///
    /// - `release`: parameters and states; `hidden`: states that a user does not see, and how they start.
    init<Kernel: ScalingSynapse>(
        _ name: String, _ text: ModelText, release: [Parameter], hidden: [(name: String, start: Double)] = [],
        conditions: [SynapseCondition] = [], checkpointLayout: CheckpointLayout = .general, _ kernel: Kernel.Type
    ) {
        self.init(
            name, text, release: release, hidden: hidden, conditions: conditions, scalesWeight: true,
            checkpointLayout: checkpointLayout
        ) { BoundKernel<Kernel>($0) }
    }

    /// A model that acts at the target.
    ///
    /// - `release`, `arrival`: parameters and states of the two parts.
    /// - `hidden`: states of the release that a user does not see, and how they start.
    /// - `since`: a hidden state of the arrival that begins with the moment (ms) at which the connection is made.
    /// - `follows`: how it follows its targets; then their spikes are kept as well.
    init<Kernel: SynapseKernel>(
        _ name: String, _ text: ModelText, release: [Parameter] = [], hidden: [(name: String, start: Double)] = [],
        arrival: [Parameter] = [], since: String? = nil, conditions: [SynapseCondition] = [],
        changesWeight: Bool = false, readsTargetHistory: Bool = false, follows: StepRule? = nil,
        readsThirdSpikes: Bool = false, _ kernel: Kernel.Type
    ) {
        self.init(
            name, text, release: release, hidden: hidden, arrival: arrival, since: since, conditions: conditions,
            changesWeight: changesWeight, readsTargetHistory: readsTargetHistory, follows: follows,
            readsThirdSpikes: readsThirdSpikes
        ) { BoundKernel<Kernel>($0) }
    }

    private init(
        _ name: String, _ text: ModelText, carries: Load = .spikes, release: [Parameter] = [],
        hidden: [(name: String, start: Double)] = [], arrival: [Parameter] = [], since: String? = nil,
        conditions: [SynapseCondition] = [], changesWeight: Bool = false, scalesWeight: Bool = false,
        readsTargetHistory: Bool = false, follows: StepRule? = nil, readsThirdSpikes: Bool = false,
        checkpointLayout: CheckpointLayout = .general, identity: String? = nil,
        bind: @escaping @Sendable (SynapseColumns) -> any BoundSynapse
    ) {
        self.identity = identity ?? name
        (self.name, self.text, self.carries) = (name, text, carries)
        self.bind = { columns, _ in bind(columns) }
        (readsTargetTrace, handsOver, source) = (readsTargetHistory, 1, nil)
        (readsOfTargets, readsInEquations, readsOfThird, sendsToThird) = ([], [], [], 0)
        (sentUnit, thirdUnit, coupling) = (nil, nil, nil)
        (self.conditions, self.changesWeight, self.scalesWeight) = (conditions, changesWeight, scalesWeight)
        (self.readsTargetHistory, self.checkpointLayout) = (readsTargetHistory || follows != nil, checkpointLayout)
        self.follows = follows
        self.readsThirdSpikes = readsThirdSpikes
        let arrival = arrival + (readsThirdSpikes ? [Self.third] : [])
        parameters = Self.common + release + arrival
        columns =
            release.map { Column($0, .release) }
            + hidden.map { Column(name: $0.name, start: $0.start, isState: true, part: .release) }
            + arrival.map { Column($0, .arrival) }
            + (since.map { [Column(name: $0, start: 0, isState: true, part: .arrival, begins: .now)] } ?? [])
    }

    /// A model that is a text.
    ///
    /// - `keepingTrace`: how it is run where targets keep the trace.
    init(
        _ source: SynapseSource, _ plan: SynapsePlan, keepingTrace: SynapsePlan, _ text: ModelText,
        parameters: [Parameter], columns: [Column]
    ) {
        (name, self.text, carries, self.source, coupling) = (source.name, text, .spikes, source, nil)
        (readsOfTargets, readsInEquations) = (plan.facts.post, plan.facts.postInEquations)
        (readsOfThird, sendsToThird, readsThirdSpikes) = (plan.facts.third, plan.onPre.thirds, false)
        sentUnit = plan.facts.sentDimension.flatMap { $0 == .none ? nil : Unit($0.name) }
        thirdUnit = plan.facts.thirdDimension.flatMap { $0 == .none ? nil : Unit($0.name) }
        identity = "\(Self.equations)\(source.name) \(Self.hash(source.encoded))"
        self.parameters = Self.common(weight: Unit(plan.facts.weightUnit.dimension.name)) + parameters
        self.columns = columns
        (conditions, checkpointLayout, scalesWeight) = ([], .general, false)
        (changesWeight, handsOver) = (plan.changesWeight, plan.onPre.sends)
        (readsTargetHistory, readsTargetTrace, follows) = (plan.hasPost, false, nil)
        bind = { BoundEquations($0.keepsTrace ? keepingTrace : plan, $0, $1) }
    }

    /// How identities of models that are texts begin.
    static let equations = "equations:"

    private static func common(weight: Unit) -> [Parameter] {
        [Parameter("weight", 1, weight, "connection weight")] + common.dropFirst()
    }

    /// The cell that is paired with a connection.
    static let third = Parameter(
        "third", 0, .one, "id of the astrocyte paired with the connection; 0: none", .nonNegative)

    /// What all models have.
    private static let common = [
        Parameter(
            "weight", 1, .target,
            "connection weight: nS onto conductances, pA for slow inward currents, 1 onto astrocytes"),
        Parameter("delay", 1, .ms, "transmission delay, rounded to the nearest step", .delay),
        Parameter(
            "receptor_type", 0, .one, "receptor of the target", .nonNegative, and: "0; onto parrot_neuron 0 or 1"),
    ]

    /// Is it made of texts?
    var isText: Bool { source != nil || coupling != nil }

    /// What tables of connections call it.
    var fileName: String { isText ? name : identity }

    func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }
    func column(_ name: String) -> Int? { columns.firstIndex { $0.name == name } }
}

extension SynapseDefinition.Column {
    init(_ parameter: Parameter, _ part: Part) {
        self.init(
            name: parameter.name, start: parameter.defaultNumber, isState: parameter.role == .state, part: part)
    }
}

extension SynapseDefinition: Equatable {
    static func == (a: SynapseDefinition, b: SynapseDefinition) -> Bool { a.identity == b.identity }
}

/// What some values of a synapse have to fulfil together.
struct SynapseCondition: Sendable {
    let names: [String]
    /// Gets the values by name; what is wrong with them, or nil.
    let problem: @Sendable ((String) throws -> Double) throws -> String?

    init(_ names: String..., problem: @escaping @Sendable ((String) throws -> Double) throws -> String?) {
        (self.names, self.problem) = (names, problem)
    }
}

extension SynapseDefinition {
    /// Refuses values that do not go together.
    func check(_ condition: SynapseCondition, _ value: (String) throws -> Double) throws {
        if let problem = try condition.problem(value) { throw InputError("\(name): \(problem)") }
    }
}

/// All synapse models. A new one of the program is listed here, and nowhere else.
enum Synapses {
    /// Those that come with the program, in the order of pages and files: new ones come last.
    static let own: [SynapseDefinition] = [
        StaticSynapse.definition,
        TsodyksSynapse.definition,
        SICConnection.definition,
        Tsodyks2Synapse.definition,
        StdpSynapse.definition,
        SignalConnection.definition,
        StdpDopamineSynapse.definition,
        ClopathSynapse.definition,
    ]

    /// Those that were defined while the program runs.
    private static let added = Mutex<[SynapseDefinition]>([])

    /// Those of the program first, then the others in the order in which they were added.
    static var all: [SynapseDefinition] { own + added.withLock { $0 } }

    /// Those that others of the same name have replaced; scripts may still have them.
    private static let replaced = Mutex<[SynapseDefinition]>([])

    /// One that was added under the same name before is replaced.
    static func add(_ model: SynapseDefinition) {
        let old = added.withLock { models -> [SynapseDefinition] in
            let old = models.filter { $0.name == model.name && $0 != model }
            models.removeAll { $0.name == model.name }
            models.append(model)
            return old
        }
        replaced.withLock { $0 += old.filter { !$0.identity.isEmpty } }
    }

    /// What a connect call makes when it names none, and what generators connect through.
    static let standard = StaticSynapse.definition

    static func named(_ name: String) throws -> SynapseDefinition {
        if let model = find(name) { return model }
        throw InputError.unknown("there is no synapse model", name, among: all.map(\.name))
    }

    /// By name or identity.
    static func find(_ name: String) -> SynapseDefinition? {
        let all = all
        return all.last { $0.name == name } ?? SignalConnection.definition(identity: name)
            ?? (all + replaced.withLock { $0 }).last { $0.identity == name }
    }

    /// Names of parameters, one or more times each.
    static var parameterNames: [String] { all.flatMap { $0.parameters.map(\.name) } }
}

extension SynapseDefinition {
    /// Tells definitions apart.
    static func hash(_ texts: [String]) -> String {
        String(SHA256.hex(of: texts.flatMap { Array($0.utf8) + [0] }).prefix(16))
    }
}
