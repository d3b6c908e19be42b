import Equations

/// States of a row's sender after its last spike, as spikes of targets find them. They depend on nothing but the moment: where connections
/// are many, all moments are worked out before. That shows in no result.
final class SenderStates {
    typealias Row = SynapseRows.Row

    private let plan: SynapsePlan
    private let times: StepTimes
    /// Lent, in between events.
    private let rows: SynapseRows
    /// Where `on_post` finds states of senders, their places in what a spike carries, and whether they move.
    private let read: FixedList<(values: Row, place: Int, moves: Bool)>
    /// For each of these its values, from the step of the sender's last spike on.
    private var table = UnsafeMutablePointer<Double>.allocate(capacity: 0)
    private var capacity = 0, count = 0
    private var carried: UnsafePointer<Double>?
    /// ms, and in steps: the sender's last spike.
    private var last = 0.0, lastStep = 0
    /// The step up to which connections ask, and all moving states there, once they are known.
    private var end = 0
    private var atEnd: [Double] = []

    init(_ plan: SynapsePlan, _ rows: SynapseRows, _ times: StepTimes) {
        (self.plan, self.rows, self.times) = (plan, rows, times)
        read = FixedList(
            plan.onPost.reads.sorted().compactMap { state in
                plan.ofSenders.firstIndex(of: state).map {
                    (rows.states[state], $0, plan.movingSenders.contains(state))
                }
            })
    }

    deinit { table.deallocate() }

    /// What a spike carries of its sender, of which connections will ask up to a step.
    func begin(_ carried: UnsafePointer<Double>, end: Int, connections: Int) {
        (self.carried, self.end) = (carried, end)
        atEnd.removeAll(keepingCapacity: true)
        last = carried[plan.ofSenders.count]
        lastStep = times.step(last)
        count = 0
        let steps = end - lastStep + 1
        guard steps > 0, steps <= connections, read.all.contains(where: \.moves) else { return }
        if steps > capacity {
            table.deallocate()
            capacity = 2 * steps
            table = .allocate(capacity: capacity * read.all.count)
        }
        for first in stride(from: 0, to: steps, by: Frame.largest) {
            let some = min(steps - first, Frame.largest), from = lastStep + first
            find(some) { from &+ $0 }
            for (k, state) in read.all.enumerated() {
                (table + k * capacity + first).update(from: state.values, count: some)
            }
        }
        count = steps
    }

    /// Puts the states at some steps into their rows.
    func take(_ steps: UnsafePointer<Int>, _ found: Int) {
        if count == 0 { return find(found) { steps[$0] } }
        for k in read.all.indices {
            let (values, all) = (read.all[k].values, table + (k &* capacity &- lastStep))
            for n in 0..<found { values[n] = all[steps[n]] }
        }
    }

    /// Puts all moving states at the last step into some rows, the same value into all lanes.
    func takeAtEnd(_ states: [Row]) {
        if atEnd.isEmpty {
            find(1) { _ in end }
            for state in plan.movingSenders { atEnd.append(rows.states[state][0]) }
        }
        for (state, value) in zip(plan.movingSenders, atEnd) {
            states[state].update(repeating: value, count: Frame.largest)
        }
    }

    @inline(__always)
    private func find(_ some: Int, _ step: (Int) -> Int) {
        let (carried, elapsed) = (carried.unsafelyUnwrapped, rows.elapsed), padded = SynapseRows.padded(some)
        for k in plan.ofSenders.indices {
            rows.states[plan.ofSenders[k]].update(repeating: carried[k], count: padded)
        }
        for n in 0..<some { elapsed[n] = times.ms(step(n)) - last }
        rows.pad(elapsed, some)
        rows.moveSenders(some)
    }
}
