/// A recording and the cells of one population whose spikes it keeps; each rank keeps those of its own cells.
struct SpikeListener {
    let recording: Recording
    let cells: [Int32]
    /// An event of the model that is recorded in place of spikes, by its number there.
    var event: Int?
}

/// Who listens to each cell of a population: a spike costs as much as there are recorders that hear it.
final class SpikeHearing {
    private let recordings: [Recording]
    /// Which of them hear a cell: listeners[starts[cell - first] ..< starts[cell - first + 1]]
    private let first: Int
    private let starts: [Int]
    private let listeners: [Int32]

    /// - `own`: the rank's own cells.
    init(_ all: [SpikeListener], own: Range<Int>) {
        recordings = all.map(\.recording)
        first = own.lowerBound
        var starts = [Int](repeating: 0, count: own.count + 1)
        for listener in all {
            for cell in listener.cells { starts[Int(cell) - own.lowerBound + 1] += 1 }
        }
        for i in 0..<own.count { starts[i + 1] += starts[i] }
        var next = starts, listeners = [Int32](repeating: 0, count: starts[own.count])
        for (number, listener) in all.enumerated() {
            for cell in listener.cells {
                listeners[next[Int(cell) - own.lowerBound]] = Int32(number)
                next[Int(cell) - own.lowerBound] += 1
            }
        }
        (self.starts, self.listeners) = (starts, listeners)
    }

    /// Spikes of other ranks' cells are heard there.
    @inline(__always)
    func record(_ cell: Int, stamp: Int, sender: Int) {
        let index = cell &- first
        guard index >= 0, index < starts.count - 1 else { return }
        for place in starts[index]..<starts[index + 1] {
            recordings[Int(listeners[place])].addSpike(stamp: stamp, sender: sender)
        }
    }
}
