/// Which ranks have targets of a rank's own cells: spikes go to those and to no other. A bit for each cell and rank, so that
/// all ranks together hold as many bits for each cell as there are ranks, and one rank as many as there are cells.
struct Audience {
    /// For each population `words` words for each own cell, with a bit for each rank. Nothing where nobody listens.
    private var bits: [[UInt64]] = []
    private let words: Int

    init(_ simulation: Simulation, _ together: Together) {
        let ranks = together.ranks
        words = (ranks.count + 63) / 64
        for (population, wanted) in zip(simulation.populationList, Self.wanted(simulation)) {
            let isPaired = simulation.readsPairedSpikes && population.sendsSpikes
            guard let cells = population.cells, isPaired || !population.outgoing.isEmpty else {
                bits.append([])
                continue
            }
            let all = together.exchange((0..<ranks.count).map { Self.part(wanted, cells.deal.cells(of: $0)) })
            bits.append(transposed(all, cells.own.count, ranks.rank))
        }
    }

    /// A bit for each cell of each population: does it have targets here?
    private static func wanted(_ simulation: Simulation) -> [[UInt8]] {
        var wanted = simulation.populationList.map { [UInt8](repeating: 0, count: padded($0.count) / 8) }
        for projection in simulation.projections {
            for stretch in simulation.stretches(of: projection.sources) {
                for i in 0..<stretch.nodes.count where projection.hasTargets(row: stretch.start + i) {
                    let cell = stretch.nodes.even[i]
                    wanted[stretch.nodes.population.index][cell / 8] |= 1 << UInt8(cell % 8)
                }
            }
        }
        for id in simulation.pairedSpikes.ids {
            let (population, cell) = simulation.locate(id)
            wanted[population.index][cell / 8] |= 1 << UInt8(cell % 8)
        }
        return wanted
    }

    /// Blocks are whole bytes.
    private static func part(_ wanted: [UInt8], _ cells: Range<Int>) -> [UInt8] {
        Array(wanted[cells.lowerBound / 8..<(cells.upperBound + 7) / 8])
    }

    private func transposed(_ all: [[UInt8]], _ count: Int, _ own: Int) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: count * words)
        for (rank, wanted) in all.enumerated() {
            for cell in 0..<count where rank == own || wanted[cell / 8] >> UInt8(cell % 8) & 1 == 1 {
                result[cell * words + rank / 64] |= 1 << UInt64(rank % 64)
            }
        }
        return result
    }

    /// Calls `body` with each rank that a spike of a cell goes to; our own is always one of them.
    ///
    /// - `place`: of the cell among the own ones of its population.
    @inline(__always)
    func forEach(_ population: Int, _ place: Int, own: Int, _ body: (Int) -> Void) {
        if bits[population].isEmpty { return body(own) }
        for word in 0..<words {
            var left = bits[population][place * words + word]
            while left != 0 {
                body(word * 64 + left.trailingZeroBitCount)
                left &= left - 1
            }
        }
    }

    var memoryBytes: Int { bits.reduce(0) { $0 + $1.count * 8 } }
}
