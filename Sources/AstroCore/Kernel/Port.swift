/// An input of a cell. All that reaches a port at one stamp adds up, and the kernel takes the sum.
///
/// A model lists its ports; their places in that list are how its kernel names them. Connections find a port by what they carry,
/// by `receptor_type`, and, for spikes, by the sign of the weight.
package struct Port: Sendable, Hashable {
    package enum Quantity: Sendable, Hashable {
        /// Sum of weights, or the count of spikes.
        case spikes(Spikes)
        /// What generators inject: held over the step after it arrived.
        case current
        /// A continuous value that cells send each other step by step.
        case signal
    }

    /// Which spikes a port takes and what it keeps of them.
    package enum Spikes: Sendable, Hashable {
        /// Those of positive weight, or of any other; absolute values add up.
        case positive, negative
        /// Those of any weight; absolute values add up.
        case any
        /// Those of weight 0 or more; one of negative weight stops the run when it arrives.
        case nonNegative
        /// Their count, whatever the weight.
        case counted
        /// None: they may come, and nothing happens.
        case ignored
    }

    package let name: String
    package let quantity: Quantity
    /// `receptor_type` of the connections that reach it.
    package let receptor: Int
    /// What spikes have to measure; nil where it does not matter.
    package var weight: Unit?

    /// - `name`: of the receptor, as in "ex".
    package static func spikes(_ name: String, _ kind: Spikes, receptor: Int = 0, weight: Unit? = nil) -> Port {
        Port(name: name, quantity: .spikes(kind), receptor: receptor, weight: weight)
    }

    package static func current(_ name: String, receptor: Int = 0) -> Port {
        Port(name: name, quantity: .current, receptor: receptor)
    }

    package static func signal(_ name: String) -> Port { Port(name: name, quantity: .signal, receptor: 0) }
}

/// What a cell can send.
package enum Output: Sendable, Hashable {
    case spikes
    /// A value a step, under a name.
    case signal(String)
}

/// The ports of a model, and where what connections carry goes among them.
package struct Ports: Sendable {
    package let list: [Port]
    /// Ports in the order of their codes, those that ignore what comes left out.
    let inputs: [Input]
    /// Rows that spikes are summed in, one for each port of spikes that keeps them.
    let spikeRows: Int
    /// By receptor.
    let spikeEntries: [SpikeEntry?]
    private let currents: [Int?]

    /// A port that has memory.
    struct Input: Sendable {
        /// Place in `list`.
        let port: Int
        let name: String
        let kind: Kind
        /// Names it in checkpoints and fingerprints.
        let code: Int

        enum Kind: Sendable, Hashable { case spikes(row: Int), current(receptor: Int), signal }

        var isSpikes: Bool { if case .spikes = kind { true } else { false } }
    }

    /// Where spikes of a receptor go.
    struct SpikeEntry: Sendable {
        /// The row for positive weights, and that for all others.
        fileprivate(set) var positive = 0, negative = 0
        fileprivate(set) var countsSpikes = false
        fileprivate(set) var refusesNegative = false
        fileprivate(set) var isHeard = true
    }

    init(_ list: [Port]) {
        self.list = list
        let receptors = 1 + (list.map(\.receptor).max() ?? 0)
        var inputs: [Input] = [], entries = [SpikeEntry?](repeating: nil, count: receptors), rows = 0, currents = 0,
            signals = 0
        for (index, port) in list.enumerated() {
            switch port.quantity {
            case .spikes(let kind):
                var entry = entries[port.receptor] ?? SpikeEntry()
                Self.add(kind, row: rows, to: &entry)
                entries[port.receptor] = entry
                if kind == .ignored { continue }
                inputs.append(
                    Input(port: index, name: port.name, kind: .spikes(row: rows), code: rows < 8 ? rows : 64 + rows))
                rows += 1
            case .current:
                let code = currents == 0 ? 8 : 15 + currents
                inputs.append(Input(port: index, name: port.name, kind: .current(receptor: port.receptor), code: code))
                currents += 1
            case .signal:
                let code = signals == 0 ? 9 : 31 + signals
                inputs.append(Input(port: index, name: port.name, kind: .signal, code: code))
                signals += 1
            }
        }
        precondition(rows <= 128 && currents <= 16 && signals <= 32, "codes of ports overlap")
        precondition(receptors <= 256, "connections keep a receptor in a byte")
        self.inputs = inputs.ordered { Int($0.code) }
        (spikeEntries, spikeRows) = (entries, rows)
        self.currents = (0..<receptors).map { receptor in
            list.firstIndex { $0.quantity == .current && $0.receptor == receptor }
        }
    }

    private static func add(_ kind: Port.Spikes, row: Int, to entry: inout SpikeEntry) {
        switch kind {
        case .positive: entry.positive = row
        case .negative: entry.negative = row
        case .any, .nonNegative, .counted: (entry.positive, entry.negative) = (row, row)
        case .ignored: entry.isHeard = false
        }
        if kind == .counted { entry.countsSpikes = true }
        if kind == .nonNegative { entry.refusesNegative = true }
    }

    /// Are sums at a port counts of spikes?
    func counts(_ input: Input) -> Bool { list[input.port].quantity == .spikes(.counted) }

    /// nil where the model has no such receptor of spikes.
    func spikes(receptor: Int) -> SpikeEntry? { receptor < spikeEntries.count ? spikeEntries[receptor] : nil }

    /// Receptors that take spikes, ascending.
    var spikeReceptors: [Int] { spikeEntries.indices.filter { spikeEntries[$0] != nil } }

    /// Receptors that take currents, ascending.
    var currentReceptors: [Int] {
        list.compactMap { $0.quantity == .current ? $0.receptor : nil }.sorted()
    }

    /// The port of a current of some receptor: its place in `list`.
    func current(receptor: Int) -> Int? { receptor < currents.count ? currents[receptor] : nil }

    /// The port of a signal of that name: its place in `list`.
    func signal(_ name: String) -> Int? { list.firstIndex { $0.quantity == .signal && $0.name == name } }
}
