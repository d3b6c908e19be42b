/// The targets of a connect call as one rank sees them. All have positions, from 0; a rank's own ones have places among its
/// own, in the same order. Where there is one rank, places are positions.
final class Targets {
    let count: Int
    /// Global ids of the own ones.
    let own: [Int]
    /// Stretches that belong to one rank: first position, rank, and the place of the first among that rank's.
    private var pieces: [(start: Int, rank: Int, place: Int)] = []
    private let rank: Int

    init(_ ids: [Int], _ simulation: Simulation) {
        count = ids.count
        rank = simulation.ranks.rank
        if simulation.ranks.isAlone {
            own = ids
            return
        }
        var numbers = [Int](repeating: 0, count: simulation.ranks.count)
        var own: [Int] = []
        for (position, id) in ids.enumerated() {
            let owner = simulation.owner(of: id)
            if pieces.last?.rank != owner { pieces.append((position, owner, numbers[owner])) }
            if owner == rank { own.append(id) }
            numbers[owner] += 1
        }
        self.own = own
    }

    /// Whose a target is, and its place among that rank's. Where there are several ranks.
    ///
    /// - `piece`: where the last one was found: positions mostly ascend.
    @inline(__always)
    func owner(of position: Int, near piece: inout Int) -> (rank: Int, place: Int) {
        let isNear =
            pieces[piece].start <= position && (piece + 1 == pieces.count || position < pieces[piece + 1].start)
        if !isNear { piece = pieces.partitioningIndex { $0.start > position } - 1 }
        return (pieces[piece].rank, pieces[piece].place + position - pieces[piece].start)
    }

    /// The position of an own target.
    func position(ofOwn place: Int) -> Int {
        guard let found = pieces.last(where: { $0.rank == rank && $0.place <= place }) else { return place }
        return found.start + place - found.place
    }
}
