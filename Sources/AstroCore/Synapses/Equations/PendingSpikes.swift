/// Spikes of targets that have not yet acted on the connections of a block. They act in rounds, in each of which a connection has at most
/// one.
///
/// One worker at a time has it.
final class PendingSpikes {
    /// Lanes that have a spike in this round, and the steps at which it comes to the synapse.
    let lanes = UnsafeMutablePointer.ofLanes(0), steps = UnsafeMutablePointer.ofLanes(0)
    /// Which of the last spikes of each lane's target are still to act, a bit each, the earliest first; or `amongAll`.
    private let waiting = UnsafeMutablePointer.ofLanes(UInt8(0))
    private static let amongAll: UInt8 = 0x80
    /// Of lanes with `amongAll`: which spikes of all of the target's.
    private let ranges = UnsafeMutablePointer.ofLanes(0..<0)
    private let times: StepTimes

    init(_ times: StepTimes) { self.times = times }

    deinit {
        for list in [lanes, steps] { list.deallocate() }
        waiting.deallocate()
        ranges.deallocate()
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
        let half = resolution / 2, (waiting, lanes) = (waiting, lanes)
        var long = 0
        for lane in 0..<count {
            let (after, through) = window(lane)
            let found = history.latest(targets[lane], after: after + half, through: through + half)
            waiting[lane] = found.which
            lanes[long] = lane
            long &+= found.mayBeMore
        }
        for n in 0..<long {
            let lane = lanes[n], (after, through) = window(lane)
            let spikes = TargetSpikes(history[targets[lane]], resolution: resolution)
            ranges[lane] = spikes.range(after: after, through: through)
            waiting[lane] = ranges[lane].isEmpty ? 0 : Self.amongAll
        }
        for lane in 0..<count { lanes[lane] = lane }
        return keepLanes(count)
    }

    /// Keeps the lanes for which spikes are waiting. Which these are is a matter of chance, so there is no branch.
    func keepLanes(_ found: Int) -> Int {
        let (lanes, waiting) = (lanes, waiting)
        var kept = 0
        for n in 0..<found {
            let lane = lanes[n]
            lanes[kept] = lane
            // 1 where a bit is set
            kept &+= (Int(waiting[lane]) &+ 0xff) &>> 8
        }
        return kept
    }

    /// Takes the next spike of each lane: when it comes to the synapse, at the latest at `end`.
    ///
    /// - `delays`: steps.
    func take(
        _ found: Int, _ targets: UnsafePointer<Int>, _ history: TargetHistory.Places, _ delays: UnsafePointer<Int>,
        end: Int
    ) {
        let (lanes, steps, waiting, times) = (lanes, steps, waiting, times)
        for n in 0..<found {
            let lane = lanes[n], target = targets[lane], which = waiting[lane]
            let sent: Double
            if which == Self.amongAll {
                sent = takeAmongAll(lane, history[target])
            } else {
                sent = history.time(target, which.trailingZeroBitCount)
                waiting[lane] = which & (which &- 1)
            }
            steps[n] = min(end, times.step(sent) &+ delays[lane])
        }
    }

    @inline(never)
    private func takeAmongAll(_ lane: Int, _ target: TargetHistory.Cell) -> Double {
        let range = ranges[lane]
        ranges[lane] = range.dropFirst()
        if range.count == 1 { waiting[lane] = 0 }
        return target.all[range.lowerBound].time
    }

    /// Which of all spikes of its target a lane's next one is.
    func index(_ lane: Int, _ target: TargetHistory.Cell) -> Int {
        let which = waiting[lane]
        if which == Self.amongAll { return ranges[lane].lowerBound }
        return target.count - TargetHistory.Places.mostCounted + which.trailingZeroBitCount
    }
}
