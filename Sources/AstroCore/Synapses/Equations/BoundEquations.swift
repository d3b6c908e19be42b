import Equations
import Synchronization

/// The synapses of a projection whose model is a text.
///
/// A connection is looked at when its sender spikes: first act the spikes of its target that have come since, one after the other,
/// then the sender's. Whoever reads a state in between gets a copy that has been taken on to the present; what is stored stays as it
/// is, so results do not depend on who looks.
final class BoundEquations: BoundSynapse, @unchecked Sendable {
    let plan: SynapsePlan
    let columns: SynapseColumns
    let places: Places
    let binding: SynapseBinding
    /// Of whoever looks at connections, and of the worker to whose cells spikes arrive.
    private let spaces = Mutex<[SynapseLanes]>([])
    private lazy var arriving = SynapseLanes(self)

    /// Columns of what the text names, in its order, and of what goes with it.
    struct Places: Sendable {
        let parameters, states: [Int]
        let known, since: Int
        /// What tells a connection's draws from those of others.
        let number: Int?
        /// Where connections have the id of the cell that is paired with them.
        let third: Int?

        init(_ plan: SynapsePlan, _ definition: SynapseDefinition) {
            let model = plan.facts.model
            parameters = model.parameters.map { definition.column($0.name)! }
            states = model.states.map { definition.column($0.name)! }
            known = definition.column(EquationSynapse.known)!
            since = definition.column(EquationSynapse.since)!
            number = definition.column(EquationSynapse.number)
            third = plan.facts.isPaired ? definition.column(SynapseDefinition.third.name) : nil
        }

        /// Which state lies in a column.
        func state(_ column: Int) -> Int { states.firstIndex(of: column)! }
    }

    init(_ plan: SynapsePlan, _ columns: SynapseColumns, _ binding: SynapseBinding) {
        (self.plan, self.columns, self.binding) = (plan, columns, binding)
        places = Places(plan, columns.definition)
    }

    private func withLanes<Result>(_ body: (SynapseLanes) -> Result) -> Result {
        let lanes = spaces.withLock { $0.popLast() } ?? SynapseLanes(self)
        defer { spaces.withLock { $0.append(lanes) } }
        return body(lanes)
    }

    /// States of the sender before its spike, the moment that they are known at, and the one from which spikes of targets count.
    var carriedCount: Int { plan.ofSenders.count + 2 }

    func release(row: Int, at time: Double, into carried: inout [Double]) {
        let block = columns.block(ofSender: row)
        carried += carriedColumns.map { columns.value($0, sender: block, own: block) }
        withLanes { lanes in
            let after = lanes.release(Array(carried.suffix(carriedCount)), at: time)
            for (column, value) in zip(carriedColumns, after) { columns.set(column, value, sender: block, own: block) }
        }
    }

    /// In the order in which a spike carries them.
    var carriedColumns: [Int] { plan.ofSenders.map { places.states[$0] } + [places.known, places.since] }

    /// What several spikes of the sender at one moment find: states from before those of the target at this moment.
    private var moment = Moment()

    /// Connections of a row that a spike of their target has acted on at the moment of the sender's, ascending, and what their states
    /// were before it, connection by connection.
    struct Moment {
        private(set) var row = -1, time = 0.0
        var connections: [Int] = []
        var states: [Double] = []

        fileprivate mutating func begin(_ arriving: ArrivingRow) {
            (row, time) = (arriving.row, arriving.time)
            connections.removeAll(keepingCapacity: true)
            states.removeAll(keepingCapacity: true)
        }
    }

    private var fault: SynapseFault?

    func takeFault() -> SynapseFault? {
        defer { fault = nil }
        return fault
    }

    private var forThird: [SentToThird] = []

    func takeSentToThird() -> [SentToThird] {
        defer { forThird = [] }
        return forThird
    }

    /// Of one worker: spikes of a sender at one moment come one after the other.
    func arrive(_ row: ArrivingRow, received: UnsafeMutablePointer<Double>) {
        let lanes = arriving, isFirst = (moment.row, moment.time) != (row.row, row.time)
        if isFirst { moment.begin(row) }
        lanes.begin(row, row.count)
        for first in stride(from: 0, to: row.count, by: Frame.largest) {
            lanes.load(row, from: first, min(row.count - first, Frame.largest))
            row.prefetch(from: first + Frame.largest, Frame.largest)
            if !isFirst { lanes.setBefore(moment) }
            lanes.lookBack(row)
            lanes.react(row, received + first * plan.onPre.sends)
            if plan.onPre.thirds > 0 { forThird += lanes.sentToThird(first) }
            lanes.store(row)
            if isFirst { lanes.addBefore(to: &moment) }
            if fault == nil { fault = lanes.fault }
        }
    }

    func lookback(_ block: UnsafeMutablePointer<Double>) -> Double {
        plan.hasPost ? columns.value(places.known, sender: block, own: block) : .infinity
    }

    /// Takes some connections of a row on to `row.time`, and tells what they are then; nothing is stored unless asked for.
    ///
    /// - `body`: gets a connection's place in the row, its weight, and the states in the order of the text.
    func takeOn(
        _ row: ArrivingRow, _ which: [Int], storing: Bool = false, arrivedAfter delay: Double? = nil,
        _ body: (Int, Double, [Double]) -> Void = { _, _, _ in }
    ) {
        withLanes { lanes in
            lanes.begin(row, which.count)
            for first in stride(from: 0, to: which.count, by: Frame.largest) {
                let some = which[first..<min(which.count, first + Frame.largest)]
                lanes.load(row, some)
                lanes.lookBack(row, arrivedAfter: delay)
                lanes.moveAll(row)
                if storing { lanes.store(row) }
                for (lane, i) in some.enumerated() { body(i, lanes.weight(lane), lanes.values(lane)) }
            }
        }
    }

    /// What a sender has behind a spike that carried `before`.
    func released(_ before: UnsafePointer<Double>, at time: Double) -> [Double] {
        withLanes { $0.release(Array(UnsafeBufferPointer(start: before, count: carriedCount)), at: time) }
    }

    /// The same for a sender of this rank, which is stored.
    func takeOn(sender row: Int, to time: Double) {
        let block = columns.block(ofSender: row)
        withLanes { lanes in
            let after = lanes.moveSender(carriedColumns.map { columns.value($0, sender: block, own: block) }, to: time)
            for (column, value) in zip(carriedColumns, after) { columns.set(column, value, sender: block, own: block) }
        }
    }
}

/// What a synapse is told of where it is.
struct SynapseBinding: Sendable {
    let resolution: Double
    let seed: Int64
    /// Tells its projection from others in the names of random numbers.
    let projection: Int
    /// For each name that the model reads of its targets.
    var post: [ReadOfTargets] = []
    /// Values that the history of targets has for each spike.
    var historyWidth = 0
    /// For each name that the model reads of paired cells.
    var third: [ReadCells] = []
}

/// What is read of targets under a name, place by place from the segment's base on.
struct ReadOfTargets: Sendable {
    /// Parameters.
    let fixed: [Double]
    /// Where states and quantities lie.
    let changing: ReadPlaces
    /// Which of the values is meant that the history has for each spike; -1 for parameters.
    let column: Int
    /// What all places have, where it is one value that does not change.
    let common: Double?

    init(fixed: [Double], changing: ReadPlaces, column: Int) {
        (self.fixed, self.changing, self.column) = (fixed, changing, column)
        let isOne = changing.runs.allSatisfy { $0 < 0 } && fixed.allSatisfy { $0 == fixed[0] }
        common = isOne ? fixed.first : nil
    }
}
