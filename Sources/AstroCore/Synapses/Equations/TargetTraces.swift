import Equations

/// Traces that targets keep, as connections of one segment find them.
///
/// Spikes of many senders arrive at a moment, and those over connections with one delay find the same traces: these are worked out once
/// for all targets, as soon as so many connections have asked. That shows in no result.
final class TargetTraces {
    typealias Row = SynapseRows.Row

    private let ofTarget: TargetTrace
    /// The time constant, by place, and where it goes; nil where all targets have the same.
    private let timeConstant: (values: [Double], row: Row)?
    /// Lent, in between events.
    private let rows: SynapseRows
    /// By place, at a moment (ms), from when they are worked out.
    private var table = UnsafeMutablePointer<Double>.allocate(capacity: 0)
    private var places = 0
    private var moment = -Double.infinity
    private var isFilled = false
    /// Connections that have asked for this moment.
    private var asked = 0

    init?(_ plan: SynapsePlan, _ reads: [ReadOfTargets], _ rows: SynapseRows) {
        guard let ofTarget = plan.ofTarget else { return nil }
        (self.ofTarget, self.rows) = (ofTarget, rows)
        let places = zip(reads, rows.post), names = plan.facts.post
        timeConstant = zip(names, places).first { $0.0 == TargetTrace.timeConstant }.flatMap { _, place in
            place.0.common == nil ? (place.0.fixed, place.1) : nil
        }
    }

    deinit { table.deallocate() }

    /// What spikes strictly before a moment have left at some targets by then; the moment is that of a spike of the sender, a delay
    /// earlier.
    ///
    /// - `delay`: ms.
    func findBefore(
        _ row: ArrivingRow, delay: Double, _ targets: UnsafePointer<Int>, _ count: Int, _ history: TargetHistory.Places,
        into values: Row
    ) {
        let moment = row.time - delay
        if moment != self.moment { (self.moment, isFilled, asked) = (moment, false, 0) }
        if !isFilled, asked + row.count >= history.count {
            fill(history, row.resolution)
            isFilled = true
        }
        asked += count
        if isFilled {
            let table = table
            for lane in 0..<count { values[lane] = table[targets[lane]] }
        } else {
            find(
                count, history, slack: -row.resolution / 2, target: { targets[$0] }, moment: { _ in moment },
                into: values)
        }
    }

    /// The same one by one.
    ///
    /// - `slack`: ms; how much later than the moment a spike may come and still count.
    @inline(__always)
    func find(
        _ count: Int, _ history: TargetHistory.Places, slack: Double, target: (Int) -> Int, moment: (Int) -> Double,
        into values: Row
    ) {
        let (traces, elapsed) = (rows.states[ofTarget.state], rows.elapsed), addsUp = ofTarget.addsUp
        for lane in 0..<count {
            let moment = moment(lane), spike = history.last(target(lane), before: moment + slack)
            traces[lane] = addsUp ? spike.trace : min(spike.trace, 1)
            // what no spike has left stays 0, however long ago
            elapsed[lane] = max(moment - max(spike.time, -.greatestFiniteMagnitude), 0)
        }
        if let (constants, row) = timeConstant {
            for lane in 0..<count { row[lane] = constants[target(lane)] }
            rows.pad(row, count)
        }
        rows.pad(traces, count)
        rows.pad(elapsed, count)
        values.update(from: rows.decayedTraces(count), count: count)
    }

    private func fill(_ history: TargetHistory.Places, _ resolution: Double) {
        if history.count > places {
            table.deallocate()
            (table, places) = (.allocate(capacity: history.count), history.count)
        }
        let moment = moment
        for first in stride(from: 0, to: history.count, by: Frame.largest) {
            find(
                min(history.count - first, Frame.largest), history, slack: -resolution / 2, target: { first &+ $0 },
                moment: { _ in moment }, into: table + first)
        }
    }
}
