/// Spikes of targets that have not yet acted on the connections of a block. They act in rounds, in each of which a connection has at most
/// one.
///
/// One worker at a time has it.
final class PendingSpikes {
    /// Lanes that have a spike in this round, and the steps at which it comes to the synapse.
    let lanes = list(0), steps = list(0)
    /// Of each lane: how many, where the time of the first is, and how far it is from one to the next.
    private let pending = list(0), strides = list(1)
    private let firsts = list(UnsafePointer<Double>?.none)
    /// Are there lanes whose strides are not 1?
    private var hasLongLanes = false
    private let times: StepTimes

    init(_ times: StepTimes) { self.times = times }

    deinit {
        for list in [lanes, steps, pending, strides] { list.deallocate() }
        firsts.deallocate()
    }

    private static func list<Element>(_ value: Element) -> UnsafeMutablePointer<Element> {
        let list = UnsafeMutablePointer<Element>.allocate(capacity: Frame.largest)
        list.initialize(repeating: value, count: Frame.largest)
        return list
    }

    /// Lists the lanes that have some.
    ///
    /// - `window`: after which moment (ms) and through which spikes count that a lane's target has sent.
    /// - Returns: the number of lanes in the first round.
    @inline(__always)
    func find(
        _ count: Int, _ targets: UnsafePointer<Int>, _ history: TargetHistory.Places, _ resolution: Double,
        _ window: (Int) -> (after: Double, through: Double)
    ) -> Int {
        let half = resolution / 2, (pending, firsts, lanes) = (pending, firsts, lanes)
        var long = 0
        for lane in 0..<count {
            let (after, through) = window(lane)
            let found = history.latest(targets[lane], after: after + half, through: through + half)
            (pending[lane], firsts[lane]) = (found.count, found.first)
            lanes[long] = lane
            long &+= found.mayBeMore
        }
        if hasLongLanes { strides.update(repeating: 1, count: Frame.largest) }
        hasLongLanes = long > 0
        for n in 0..<long {
            let lane = lanes[n], (after, through) = window(lane)
            findAmongAll(lane, history[targets[lane]], after, through, resolution)
        }
        for lane in 0..<count { lanes[lane] = lane }
        return keepLanes(count, after: 0)
    }

    /// The same for a lane, among all spikes of its target.
    @inline(never)
    private func findAmongAll(
        _ lane: Int, _ target: TargetHistory.Cell, _ after: Double, _ through: Double, _ resolution: Double
    ) {
        let range = TargetSpikes(target, resolution: resolution).range(after: after, through: through)
        pending[lane] = range.count
        firsts[lane] = target.times + range.lowerBound * TargetHistory.Cell.timeStride
        strides[lane] = TargetHistory.Cell.timeStride
    }

    /// When those of a round come to the synapse, at the latest at `end`.
    ///
    /// - `delay`: steps; what all lanes have, or nil.
    func findSteps(_ found: Int, round: Int, delay: Int?, _ delays: UnsafePointer<Int>, end: Int) {
        let (lanes, firsts, strides, steps, times) = (lanes, firsts, strides, steps, times)
        if !hasLongLanes, let delay {
            for n in 0..<found {
                steps[n] = min(end, times.step(firsts[lanes[n]].unsafelyUnwrapped[round]) &+ delay)
            }
        } else {
            for n in 0..<found {
                let lane = lanes[n], sent = firsts[lane].unsafelyUnwrapped[round &* strides[lane]]
                steps[n] = min(end, times.step(sent) &+ delays[lane])
            }
        }
    }

    /// Keeps the lanes that have more than some spikes pending. Which these are is a matter of chance, so there is no branch.
    func keepLanes(_ found: Int, after round: Int) -> Int {
        let (lanes, pending) = (lanes, pending)
        var kept = 0
        for n in 0..<found {
            let lane = lanes[n]
            lanes[kept] = lane
            // the sign bit: 1 where more are pending
            kept &+= Int(UInt(bitPattern: round &- pending[lane]) >> 63)
        }
        return kept
    }

    /// Which of all spikes of its target a lane has in a round.
    func index(_ lane: Int, round: Int, _ target: Int, _ history: TargetHistory.Places) -> Int {
        let cell = history[target], first = firsts[lane].unsafelyUnwrapped
        if strides[lane] == 1 { return cell.count - (history.endOfLatest(target) - first) + round }
        return (first - cell.times) / TargetHistory.Cell.timeStride + round
    }
}
