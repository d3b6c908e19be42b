/// A spike that a synapse sends to the cell that is paired with it. Global ids; stamps.
///
/// They arrive in one order, whoever made them: sums do not depend on threads and ranks.
struct ThirdSpike: BitwiseCopyable, Comparable {
    /// When the sender spiked, and which of its spikes at that moment it was.
    let sent, source, occurrence: Int32
    /// The connection: its projection, target and place in the row.
    let projection, target, index: Int32
    let third, arrival: Int32
    let amount: Double

    private var key: (Int32, Int32, Int32, Int32, Int32, Int32) {
        (sent, source, occurrence, projection, target, index)
    }

    static func < (a: ThirdSpike, b: ThirdSpike) -> Bool { a.key < b.key }
}

/// Spikes that synapses have sent to the cells that are paired with them, until they arrive.
///
/// They are not added to input planes as they come: others of the same stamp may still be sent, and sums would depend on when slices
/// end. What is here for a stamp is added when all of it is there.
final class ThirdSpikes: @unchecked Sendable {
    /// What arrives at a cell.
    struct Item: BitwiseCopyable {
        let third, source: Int32
        let amount: Double
    }

    /// By worker: the worker itself takes, worker 0 adds while all others wait.
    private let parts: [Part]

    private final class Part {
        var byStamp: [Int: [Item]] = [:]
    }

    init(workers: Int) { parts = (0..<workers).map { _ in Part() } }

    var isEmpty: Bool { parts.allSatisfy(\.byStamp.isEmpty) }

    func add(_ item: Item, stamp: Int, worker: Int) { parts[worker].byStamp[stamp, default: []].append(item) }

    /// What arrives at a worker's cells at a stamp.
    func take(_ stamp: Int, worker: Int) -> [Item] {
        let part = parts[worker]
        return part.byStamp.isEmpty ? [] : part.byStamp.removeValue(forKey: stamp) ?? []
    }

    /// All that there is: by stamp, then by cell, then in the order in which it is added.
    var all: [(stamp: Int, item: Item)] {
        let items = parts.flatMap { part in
            part.byStamp.flatMap { stamp, items in items.map { (stamp: stamp, item: $0) } }
        }
        return items.ordered { ($0.stamp, Int($0.item.third)) }
    }

    func removeAll() { parts.forEach { $0.byStamp = [:] } }
}

extension ThirdSpikes: Checkpointed {
    static let kept = ["parts"]
    static let made: [String] = []
}

extension Simulation {
    /// Takes spikes for paired cells, in order; `worker` of each cell is who steps it.
    func keep(_ spikes: [ThirdSpike]) {
        for spike in spikes {
            keep(.init(third: spike.third, source: spike.source, amount: spike.amount), Int(spike.arrival))
        }
    }

    func keep(_ item: ThirdSpikes.Item, _ stamp: Int) {
        guard let (plane, _) = place(Int(item.third)) else { return }
        thirdSpikes.add(item, stamp: stamp, worker: plane.worker)
    }
}
