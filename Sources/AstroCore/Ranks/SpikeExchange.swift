/// The one collective at the end of a slice: spikes of all ranks, and whether one of them wants to stop.
///
/// Each rank sends a buffer of the same size, which holds the spikes of nearly every slice; what does not fit follows in a
/// second round. The size follows the spikes that there are; all ranks reckon it from the same numbers.
final class SpikeExchange {
    /// What a rank has to say beside its spikes.
    struct Report {
        var wantsStop = false
        var hasFailed = false
        var sendsSlowInwardCurrent = false
        var wantsPause = false

        fileprivate var bits: UInt64 {
            (wantsStop ? 1 : 0) | (hasFailed ? 2 : 0) | (sendsSlowInwardCurrent ? 4 : 0) | (wantsPause ? 8 : 0)
        }

        fileprivate init(bits: UInt64) {
            (wantsStop, hasFailed, sendsSlowInwardCurrent) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
            wantsPause = bits & 8 != 0
        }

        init() {}
    }

    private let ranks: Ranks
    private let populations: [Population]
    /// For each population, which of its outgoing projections have factors that change.
    private let isPlastic: [[Bool]]
    /// Words of spikes in a rank's buffer.
    private var room = 256
    private var mostLately = 0
    private var slicesSeen = 0
    private let factors = ReusedMemory()
    private static let header = 2
    private static let slicesBetweenAdjustments = 64

    init(_ ranks: Ranks, _ populations: [Population]) {
        (self.ranks, self.populations) = (ranks, populations)
        isPlastic = populations.map { $0.outgoing.map { $0.projection.plasticity != nil } }
    }

    /// Replaces a rank's own spikes, in order of step and cell, by those of all ranks in the same order; all reports.
    func run(_ ordered: inout [SliceLoop.OrderedSpike], lags: Int, _ report: Report) -> [Report] {
        let mine = packed(ordered)
        let size = Self.header + room
        let buffer = [UInt64(mine.count), report.bits] + mine.prefix(room)
        let all = ranks.gather(equal: buffer + [UInt64](repeating: 0, count: size - buffer.count))
        let lengths = (0..<ranks.count).map { Int(all[$0 * size]) }
        var words = lengths.indices.map { rank -> [UInt64] in
            let start = rank * size + Self.header
            return Array(all[start..<start + min(lengths[rank], room)])
        }
        if let most = lengths.max(), most > room { takeRest(mine, &words) }
        adjust(lengths.max() ?? 0)
        merge(words, lags, &ordered)
        return (0..<ranks.count).map { Report(bits: all[$0 * size + 1]) }
    }

    private func takeRest(_ mine: [UInt64], _ words: inout [[UInt64]]) {
        let (rest, counts) = ranks.gather(Array(mine.dropFirst(room)))
        var start = 0
        for rank in words.indices {
            words[rank] += rest[start..<start + counts[rank]]
            start += counts[rank]
        }
    }

    /// Room for a quarter more than the fullest buffer of late.
    private func adjust(_ most: Int) {
        mostLately = max(mostLately, most)
        slicesSeen += 1
        guard most > room || slicesSeen == Self.slicesBetweenAdjustments else { return }
        room = mostLately + mostLately / 4 + 16
        (mostLately, slicesSeen) = (0, 0)
    }

    // MARK: Words

    /// A word for each spike, then its factors that are not 1 by nature.
    private func packed(_ ordered: [SliceLoop.OrderedSpike]) -> [UInt64] {
        var words: [UInt64] = []
        words.reserveCapacity(3 * ordered.count)
        for spike in ordered {
            words.append(
                UInt64(spike.lag) << 58 | UInt64(spike.population) << 32 | UInt64(UInt32(bitPattern: spike.cell)))
            for (i, plastic) in isPlastic[Int(spike.population)].enumerated() where plastic {
                words.append(spike.factors[i].bitPattern)
            }
        }
        return words
    }

    private func merge(_ words: [[UInt64]], _ lags: Int, _ ordered: inout [SliceLoop.OrderedSpike]) {
        let widest = isPlastic.map(\.count).max() ?? 0
        let bytes = words.reduce(0) { $0 + $1.count } * widest * 8
        var free = factors.memory(bytes: max(bytes, 8)).assumingMemoryBound(to: Double.self)
        var next = words.map { _ in 0 }
        ordered.removeAll(keepingCapacity: true)
        for lag in 0..<lags {
            let first = ordered.count
            for rank in words.indices {
                while next[rank] < words[rank].count, words[rank][next[rank]] >> 58 == UInt64(lag) {
                    ordered.append(take(words[rank], &next[rank], &free))
                }
            }
            SliceLoop.sort(&ordered, from: first)
        }
    }

    private func take(_ words: [UInt64], _ next: inout Int, _ free: inout UnsafeMutablePointer<Double>)
        -> SliceLoop.OrderedSpike
    {
        let word = words[next]
        next += 1
        let population = Int32(word >> 32 & 0x3ff_ffff)
        let spike = SliceLoop.OrderedSpike(
            lag: Int32(word >> 58), population: population, cell: Int32(bitPattern: UInt32(truncatingIfNeeded: word)),
            factors: UnsafePointer(free))
        for plastic in isPlastic[Int(population)] {
            free.pointee = plastic ? Double(bitPattern: words[next]) : 1
            next += plastic ? 1 : 0
            free += 1
        }
        return spike
    }
}
