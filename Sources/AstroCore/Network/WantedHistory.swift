/// What synapses may still ask for of the cells of a plane: all after some time, and before that what lies in the windows of senders that
/// have been silent for long. Times are in ms.
struct WantedHistory {
    /// Of a cell: after one time, through another; and what comes first behind it, at which a weight may still be cut to its bounds.
    private struct Window {
        let after, through: Double
    }

    private let now: Double
    /// By place.
    private var since: [Double]
    private var windows: [Int: [Window]] = [:]

    init(places: Int, now: Double) { (self.now, since) = (now, Array(repeating: now, count: places)) }

    /// - `lookback`: since when a connection's targets count, the delay aside; `reach`: for how long what they do has an effect.
    mutating func want(_ place: Int, lookback: Double, reach: Double, delay: Double) {
        let isOver = lookback + reach < now
        since[place] = min(since[place], (isOver ? now : min(lookback, now)) - delay)
        guard isOver else { return }
        windows[place, default: []].append(Window(after: lookback - delay, through: lookback - delay + reach))
    }

    /// Lets histories of the plane forget the rest.
    func forgetRest(of history: TargetHistory, _ resolution: Double) {
        for place in since.indices {
            // times count as equal within half a step
            let early = since[place] - resolution / 2, windows = windows[place] ?? []
            history.forget(place, before: early, but: windows.map { wanted(history.cells[place].all, $0, \.time) })
            for steps in history.steps.values where place < steps.cells.count {
                steps.forget(
                    place, before: since[place], but: windows.map { wanted(steps.cells[place].all, $0, \.time) })
            }
        }
    }

    private func wanted<Kept>(
        _ all: UnsafeBufferPointer<Kept>, _ window: Window, _ time: (Kept) -> Double
    ) -> Range<Int> {
        let first = all.partitioningIndex { time($0) > window.after }
        let end = all.partitioningIndex { time($0) > window.through }
        return first..<max(first, min(end + 1, all.count))
    }
}
