/// The targets of a connect call as one rank sees them. All have positions, from 0; a rank's own ones have places among its
/// own, in the same order. Where there is one rank, places are positions.
final class Targets {
    let count: Int
    /// Global ids of the own ones.
    let own: NodeIDs
    /// Stretches that belong to one rank: first position, rank, and the place of the first among that rank's.
    private var pieces: [(start: Int, rank: Int, place: Int)] = []
    private var ownPieces: [(start: Int, place: Int)] = []

    init(_ ids: NodeIDs, _ simulation: Simulation) {
        count = ids.count
        if simulation.ranks.isAlone {
            own = ids
            return
        }
        var numbers = [Int](repeating: 0, count: simulation.ranks.count), own = NodeIDs()
        for stretch in simulation.stretches(of: ids) {
            for (rank, positions) in stretch.nodes.positionsByRank {
                if pieces.last?.rank != rank {
                    pieces.append((stretch.start + positions.lowerBound, rank, numbers[rank]))
                }
                numbers[rank] += positions.count
                if rank == simulation.ranks.rank { own.append(stretch.nodes.ids(at: positions)) }
            }
        }
        self.own = own
        ownPieces = pieces.filter { $0.rank == simulation.ranks.rank }.map { ($0.start, $0.place) }
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

    /// Positions of the own targets.
    var ownPositions: [UInt32] { own.indices.map { UInt32(position(ofOwn: $0)) } }

    /// The position of an own target.
    func position(ofOwn place: Int) -> Int {
        if ownPieces.isEmpty { return place }
        let piece = ownPieces[ownPieces.partitioningIndex { $0.place > place } - 1]
        return piece.start + place - piece.place
    }
}
