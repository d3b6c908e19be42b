/// Spikes of cells that connections are paired with, where synapses look back at them; each rank has those that its connections need.
/// Worker 0 writes while all others wait.
final class PairedSpikes: @unchecked Sendable {
    private var places: [Int: Int] = [:]
    private let history = TargetHistory()
    private let resolution: Double

    init(resolution: Double) { self.resolution = resolution }

    /// Global ids of the cells whose spikes are kept.
    var ids: [Int] { places.keys.sorted() }

    func keep(_ id: Int) {
        guard places[id] == nil else { return }
        places[id] = places.count
        history.keep(places.count - 1, of: places.count)
    }

    func place(of id: Int) -> Int? { places[id] }

    func record(_ place: Int, at time: Double, forgetting since: Double) {
        history.record(place, at: time, forgetting: since) { _ in 0 }
    }

    func spikes(of id: Int) -> TargetSpikes {
        places[id].map { TargetSpikes(history.cells[$0], resolution: resolution) } ?? .none
    }

    /// Times in ms.
    func times(of id: Int) -> [Double] { places[id].map { history.cells[$0].all.map(\.time) } ?? [] }

    func restore(_ id: Int, _ times: [Double]) {
        keep(id)
        history.restore(places[id]!, times.map { .init(time: $0, trace: 1) })
    }
}

extension PairedSpikes: Checkpointed {
    static let kept = ["places", "history", "resolution"]
    static let made: [String] = []
}
