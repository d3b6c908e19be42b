/// The parameters and states of a projection's synapses beside weight and delay: columns, each of which is *shared* by all
/// connections, kept once a *sender*, once a *target*, or once a *connection*.
///
/// A parameter is shared until connections differ in it. States of the release are kept once a sender as long as all that the
/// release depends on is shared; then they are the connections' own, as states of the arrival always are. A state that is the target's
/// trace is in the target's history, until connections have their own. This has the values of senders; those of connections are in
/// chunks of rows, a block of `ownWidth` numbers each.
final class SynapseColumns {
    let definition: SynapseDefinition
    /// Columns that each connection has, and those that each sender has, in the order of their blocks.
    private(set) var own: [Int] = []
    private(set) var ofSenders: [Int] = []
    /// A value for each column; it counts where the column is shared.
    private let shared: UnsafeMutablePointer<Double>
    /// A block for each row of an own sender.
    private let rowCount: Int
    private(set) var senders: UnsafeMutableBufferPointer<Double>
    /// Blocks of rows of other ranks, as they were when they were asked for.
    private var borrowed: [Int: [Double]] = [:]
    private(set) var places: [Place]
    /// The state that targets keep, if they do.
    private(set) var trace: Int?
    var keepsTrace: Bool { trace != nil }
    /// Spikes of the cells that connections are paired with, where the model looks back at them.
    var paired: PairedSpikes?

    /// Where a column is: in the block of a sender or of a connection, at which place, or with the target.
    enum Place: Equatable {
        case shared
        case target
        case sender(Int)
        case connection(Int)
    }

    /// - `values`: what all connections share; nil for what they differ in.
    /// - `rowCount`: rows of own senders.
    /// - `keepsTrace`: whether targets may keep the state that is their trace, if there is one.
    init(
        _ definition: SynapseDefinition, rowCount: Int, keepsTrace: Bool,
        _ values: (SynapseDefinition.Column) -> Double?
    ) {
        self.definition = definition
        self.rowCount = rowCount
        trace = keepsTrace ? definition.columns.firstIndex { $0.part == .target } : nil
        let columns = definition.columns, given = columns.map(values)
        shared = .allocate(capacity: max(columns.count, 1))
        for (i, column) in columns.enumerated() { (shared + i).initialize(to: given[i] ?? column.start) }
        senders = UnsafeMutableBufferPointer(start: nil, count: 0)
        places = columns.map { _ in .shared }
        arrange(columns.indices.filter { given[$0] == nil })
        senders = .allocate(capacity: rowCount * ofSenders.count)
        for row in 0..<rowCount {
            for (k, c) in ofSenders.enumerated() {
                senders.initializeElement(at: row * ofSenders.count + k, to: shared[c])
            }
        }
    }

    deinit {
        shared.deallocate()
        senders.deallocate()
    }

    private func arrange(_ differing: [Int]) {
        own = ownColumns(differing)
        if let column = trace { if own.contains(column) { trace = nil } else { places[column] = .target } }
        ofSenders = definition.columns.indices.filter {
            definition.columns[$0].isState && !own.contains($0) && $0 != trace
        }
        for (k, c) in own.enumerated() { places[c] = .connection(k) }
        for (k, c) in ofSenders.enumerated() { places[c] = .sender(k) }
    }

    /// What is each connection's where connections differ in some columns.
    private func ownColumns(_ differing: [Int]) -> [Int] {
        let columns = definition.columns
        let isOwnRelease = differing.contains { columns[$0].part == .release }
        return columns.indices.filter {
            if differing.contains($0) { return true }
            guard columns[$0].isState else { return false }
            return switch columns[$0].part {
            case .release: isOwnRelease
            case .target: $0 != trace
            case .arrival: true
            }
        }
    }

    var ownWidth: Int { own.count }
    /// The places of states in the block of a connection.
    var ownStates: [Int] { own.indices.filter { definition.columns[own[$0]].isState } }
    /// Does every connection release by itself, rather than its sender?
    var releasesByConnection: Bool {
        definition.columns.indices.contains { definition.columns[$0].part == .release && own.contains($0) }
    }
    /// Is there a release, and is it the sender's?
    var releasesBySender: Bool { definition.columns.contains { $0.part == .release } && !releasesByConnection }
    /// Does an arriving spike find the values of its connection, rather than a weight times what the spike carries?
    var actsAtTargets: Bool { !definition.scalesWeight || releasesByConnection }

    var memoryBytes: Int { senders.count * 8 }

    /// For a kernel: where it finds a column.
    subscript(name: String) -> SynapseColumn {
        let index = definition.column(name)!
        switch places[index] {
        case .shared, .target: return SynapseColumn(isShared: true, offset: index)
        case .sender(let k), .connection(let k): return SynapseColumn(isShared: false, offset: k)
        }
    }

    func synapse(_ block: UnsafeMutablePointer<Double>) -> Synapse { Synapse(own: block, shared: shared) }

    func sharedValue(_ column: Int) -> Double { shared[column] }

    /// A value, wherever it is: `sender` and `own` are the blocks of a sender and of one of its connections.
    @inline(__always)
    func value(_ column: Int, sender: UnsafeMutablePointer<Double>, own: UnsafeMutablePointer<Double>) -> Double {
        switch places[column] {
        case .shared, .target: shared[column]
        case .sender(let k): sender[k]
        case .connection(let k): own[k]
        }
    }

    /// Sets a state.
    @inline(__always)
    func set(
        _ column: Int, _ value: Double, sender: UnsafeMutablePointer<Double>, own: UnsafeMutablePointer<Double>
    ) {
        switch places[column] {
        case .shared, .target: shared[column] = value
        case .sender(let k): sender[k] = value
        case .connection(let k): own[k] = value
        }
    }

    // MARK: Values of senders

    /// The block of an own row.
    @inline(__always)
    func block(ofSender row: Int) -> UnsafeMutablePointer<Double> { senders.baseAddress! + row &* ofSenders.count }

    /// The block of a row by its place among own rows, or of one that was borrowed.
    func senderValues(row: Int, place: Int?) -> [Double] {
        guard let place else { return borrowed[row]! }
        return Array(UnsafeBufferPointer(start: block(ofSender: place), count: ofSenders.count))
    }

    func borrow(_ found: some Sequence<(Int, [Double])>) { borrowed = Dictionary(uniqueKeysWithValues: found) }

    /// Blocks of all own rows, one after the other.
    func restoreSenders(_ values: [Double]) { _ = senders.update(fromContentsOf: values) }

    // MARK: Values that become connections' own

    /// What is each connection's when they differ in some columns, too.
    func ownColumns(with columns: [Int]) -> [Int] { ownColumns(own + columns) }

    /// Connections have these columns now.
    func makeOwn(_ columns: [Int]) {
        arrange(columns)
        guard ofSenders.isEmpty, senders.count > 0 else { return }
        senders.deallocate()
        senders = .allocate(capacity: 0)
        borrowed = [:]
    }
}

/// Where a kernel finds a column of its model.
struct SynapseColumn: Sendable {
    fileprivate let isShared: Bool
    fileprivate let offset: Int
}

/// The values of one synapse, as a kernel sees them. States may be set.
struct Synapse {
    fileprivate let own, shared: UnsafeMutablePointer<Double>

    @inline(__always)
    subscript(column: SynapseColumn) -> Double {
        get { (column.isShared ? shared : own)[column.offset] }
        nonmutating set { (column.isShared ? shared : own)[column.offset] = newValue }
    }
}
