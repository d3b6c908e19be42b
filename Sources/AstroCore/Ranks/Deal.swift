/// Whose the cells of a population are: dealt to all ranks in runs of whole blocks; where there are few, all are one rank's.
///
/// It is a formula, so that a rank knows the owner of every cell without a table.
struct Deal {
    let count: Int
    private let ranks: Int
    private let only: Int?

    /// - `smallTo`: who gets all cells of a small population.
    init(_ count: Int, to ranks: Int, smallTo: Int) {
        (self.count, self.ranks) = (count, ranks)
        only = ranks == 1 || Self.blocks(count) < 2 * ranks ? smallTo : nil
    }

    var isSmall: Bool { only != nil }
    /// Do the cells lie in a batch with those of other populations?
    var isGathered: Bool { isSmall && count <= Batch.mostGathered }
    static func blocks(_ count: Int) -> Int { padded(count) / blockSize }
    private var blocks: Int { Self.blocks(count) }

    func owner(of cell: Int) -> Int {
        if let only { return only }
        // the last rank r whose first block, blocks * r / ranks, is not behind the cell's
        return ((cell / blockSize + 1) * ranks - 1) / blocks
    }

    func cells(of rank: Int) -> Range<Int> {
        if let only { return rank == only ? 0..<count : 0..<0 }
        let first = blocks * rank / ranks * blockSize
        return first..<min(count, blocks * (rank + 1) / ranks * blockSize)
    }
}

/// Stretches of a sequence of which each belongs to one rank.
struct Ownership {
    private(set) var pieces: [(rank: Int, count: Int)] = []

    mutating func add(_ rank: Int, _ count: Int = 1) {
        if count == 0 { return }
        if pieces.last?.rank == rank { pieces[pieces.count - 1].count += count } else { pieces.append((rank, count)) }
    }

    var count: Int { pieces.reduce(0) { $0 + $1.count } }

    /// Of a sequence that has `width` elements for each.
    func times(_ width: Int) -> Ownership {
        var result = Ownership()
        for piece in pieces { result.add(piece.rank, piece.count * width) }
        return result
    }

    /// The sequence, from what each rank has of it, one rank after the other.
    func joined<T>(_ all: [T], starts: [Int]) -> [T] {
        var next = starts, result: [T] = []
        result.reserveCapacity(all.count)
        for piece in pieces {
            result += all[next[piece.rank]..<next[piece.rank] + piece.count]
            next[piece.rank] += piece.count
        }
        return result
    }

    /// Whose element `index` is, and its place among that rank's.
    func owner(of index: Int) -> (rank: Int, place: Int) {
        var start = 0, places: [Int: Int] = [:]
        for piece in pieces {
            if index < start + piece.count { return (piece.rank, places[piece.rank, default: 0] + index - start) }
            places[piece.rank, default: 0] += piece.count
            start += piece.count
        }
        fatalError("there is no element \(index)")
    }

    /// Places of a rank's elements among all.
    func positions(of rank: Int) -> [Int] {
        var start = 0
        return pieces.flatMap { piece -> Range<Int> in
            defer { start += piece.count }
            return piece.rank == rank ? start..<start + piece.count : 0..<0
        }
    }
}

extension Nodes.Run {
    var even: EvenRun { EvenRun(first, count, step) }

    func ids(at positions: Range<Int>) -> EvenRun {
        EvenRun(population.firstID + even[positions.lowerBound], positions.count, step)
    }

    /// Which of the nodes are whose, in order. Devices are everybody's; rank 0 answers for them.
    var positionsByRank: [(rank: Int, positions: Range<Int>)] {
        guard let deal = population.cells?.deal else { return [(0, 0..<count)] }
        return (deal.owner(of: even.first)...deal.owner(of: even.last)).compactMap { rank in
            let positions = even.positions(in: deal.cells(of: rank))
            return positions.isEmpty ? nil : (rank, positions)
        }
    }

    func addOwners(to ownership: inout Ownership) {
        for (rank, positions) in positionsByRank { ownership.add(rank, positions.count) }
    }
}
