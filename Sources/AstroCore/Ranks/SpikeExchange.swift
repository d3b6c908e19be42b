/// The one thing that ranks do together in a slice: spikes go to the ranks that have targets of theirs, and with them goes whether somebody
/// wants to stop. It is begun at the end of a slice and may be ended a slice later, so that the next slice is computed
/// meanwhile.
///
/// Each rank has a part of the same size for each other one, which holds the spikes of nearly every slice; what does not fit
/// follows by itself. The size follows the spikes that there are; all ranks reckon it from the same numbers.
final class SpikeExchange {
    /// What a rank has to say beside its spikes.
    struct Report {
        var wantsStop = false
        var hasFailed = false
        var wantsPause = false
        /// Spikes of its cells.
        var spikes = 0

        fileprivate var word: UInt64 {
            (wantsStop ? 1 : 0) | (hasFailed ? 2 : 0) | (wantsPause ? 4 : 0) | UInt64(spikes) << 8
        }

        fileprivate init(_ word: UInt64) {
            (wantsStop, hasFailed, wantsPause) = (word & 1 != 0, word & 2 != 0, word & 4 != 0)
            spikes = Int(word >> 8)
        }

        init() {}
    }

    /// A part begins with the numbers of words in it and behind it, the report, and the most words of late.
    private static let header = 3
    private static let slicesBetweenAdjustments = 64

    private let ranks: Ranks
    private let populations: [Population]
    private let audience: Audience
    /// For each population, how many numbers a spike carries.
    private let carried: [Int]
    private var flights: Flights<Flight>
    private var slicesSeen = 0
    /// Words of spikes in a part.
    private var room = 128
    private var mostHere = 0, mostLately = 0

    init(_ together: Together, _ populations: [Population], _ audience: Audience) {
        (ranks, self.populations, self.audience) = (together.ranks, populations, audience)
        carried = populations.map(\.carried)
        flights = Flights { Flight(together) }
    }

    /// Sends a rank's own spikes of a slice, in order of step and cell, on their way.
    func begin(_ own: [OrderedSpike], _ report: Report) {
        let flight = flights.begin()
        flight.clear(room: room)
        for spike in own {
            let population = populations[Int(spike.population)]
            let place = Int(spike.cell) - population.cells!.own.lowerBound
            audience.forEach(Int(spike.population), place, own: ranks.rank) {
                flight.add(spike, carried: carried[Int(spike.population)], to: $0)
            }
        }
        mostHere = max(mostHere, flight.most)
        flight.begin(report: report.word, most: mostHere)
    }

    /// Everything is on its way until it is there: MPI works only while it is called.
    func lookAfter() { flights.underWay?.lookAfter() }

    /// Makes `ordered` the spikes of the slice of `lags` steps whose exchange was begun first, from all ranks, in order of
    /// step and cell; all reports. The spikes may be read until the exchange after the next is begun.
    func end(_ ordered: inout [OrderedSpike], lags: Int) -> [Report] {
        let flight = flights.end()
        slicesSeen += 1
        flight.end()
        adjust(flight.mostAnywhere)
        flight.sort(into: &ordered, lags: lags, carried: carried)
        return (0..<ranks.count).map { Report(flight.report(of: $0)) }
    }

    /// Room for a quarter more than the fullest part of late.
    private func adjust(_ most: Int) {
        mostLately = max(mostLately, most)
        guard most > room || slicesSeen % Self.slicesBetweenAdjustments == 0 else { return }
        room = mostLately + mostLately / 4 + 16
        (mostLately, mostHere) = (0, 0)
    }

    // MARK: One slice's messages

    /// The spikes of a slice on their way: a word each, then what it carries.
    private final class Flight {
        private let together: Together
        private var ranks: Ranks { together.ranks }
        private let sent = ReusedMemory(), received = ReusedMemory()
        /// The parts, and what follows behind them: that is not waited for before all ranks are ready to take it.
        private var messages, following: Messages?
        private var room = 0
        /// Words for each rank, in its part and behind it.
        private var counts: [Int] = []
        private var rests: [[UInt64]] = []
        private let restsSent = ReusedMemory(), restsReceived = ReusedMemory()
        /// Where the words lie that came behind each rank's part, and where the last ones end.
        private var restStarts = [0]

        init(_ together: Together) { self.together = together }

        private var size: Int { header + room }
        private var bytes: Int { size * ranks.count * 8 }
        private var out: UnsafeMutablePointer<UInt64> {
            sent.memory(bytes: bytes).assumingMemoryBound(to: UInt64.self)
        }
        private var place: UnsafeMutablePointer<UInt64> {
            received.memory(bytes: bytes).assumingMemoryBound(to: UInt64.self)
        }

        func clear(room: Int) {
            self.room = room
            counts = Array(repeating: 0, count: ranks.count)
            rests = Array(repeating: [], count: ranks.count)
        }

        func add(_ spike: OrderedSpike, carried: Int, to rank: Int) {
            let word = UInt64(spike.lag) << 58 | UInt64(spike.population) << 32 | UInt64(UInt32(bitPattern: spike.cell))
            // once something has to follow behind, all that is later does
            if rests[rank].isEmpty, counts[rank] + 1 + carried <= room {
                let next = out + rank * size + header + counts[rank]
                next[0] = word
                for i in 0..<carried { next[1 + i] = spike.carried[i].bitPattern }
                counts[rank] += 1 + carried
            } else {
                rests[rank].append(word)
                rests[rank] += (0..<carried).map { spike.carried[$0].bitPattern }
            }
        }

        var most: Int { zip(counts, rests).map { $0 + $1.count }.max() ?? 0 }

        func begin(report: UInt64, most: Int) {
            let messages = Messages(together), following = Messages(together)
            for rank in 0..<ranks.count {
                let part = out + rank * size
                (part[0], part[1], part[2]) = (
                    UInt64(counts[rank]) | UInt64(rests[rank].count) << 32, report, UInt64(most)
                )
            }
            messages.exchange(out, bytes: size * 8, place)
            var next = restsSent.memory(bytes: 8 * rests.reduce(1) { $0 + $1.count })
            for rank in 0..<ranks.count where rank != ranks.rank && !rests[rank].isEmpty {
                let size = 8 * rests[rank].count
                rests[rank].withUnsafeBytes { next.copyMemory(from: $0.baseAddress!, byteCount: size) }
                following.send(.spikes, to: rank, next, size)
                next += size
            }
            (self.messages, self.following) = (messages, following)
        }

        func lookAfter() {
            messages?.lookAfter()
            following?.lookAfter()
        }

        func end() {
            messages?.end()
            restStarts = (0..<ranks.count).reduce(into: [0]) { $0.append($0.last! + Int(place[$1 * size] >> 32)) }
            for rank in 0..<ranks.count {
                let rest = rest(of: rank)
                if rank == ranks.rank {
                    _ = rest.update(from: rests[rank])
                } else if rest.count > 0 {
                    following?.receive(.spikes, from: rank, rest.baseAddress!, most: 8 * rest.count)
                }
            }
            following?.end()
            (messages, following) = (nil, nil)
            ranks.count(bytes: bytes + 8 * restStarts.last!)
        }

        private func rest(of rank: Int) -> UnsafeMutableBufferPointer<UInt64> {
            let all = restsReceived.memory(bytes: 8 + 8 * restStarts.last!).assumingMemoryBound(to: UInt64.self)
            return UnsafeMutableBufferPointer(
                start: all + restStarts[rank], count: restStarts[rank + 1] - restStarts[rank])
        }

        func report(of rank: Int) -> UInt64 { place[rank * size + 1] }
        var mostAnywhere: Int { (0..<ranks.count).map { Int(place[$0 * size + 2]) }.max()! }

        /// Words in the order of ranks.
        private func forEachSpike(_ carried: [Int], _ body: (UnsafePointer<UInt64>) -> Void) {
            for rank in 0..<ranks.count {
                let part = place + rank * size
                Self.walk(part + header, Int(part[0] & 0xffff_ffff), carried, body)
                let rest = rest(of: rank)
                Self.walk(rest.baseAddress!, rest.count, carried, body)
            }
        }

        private static func walk(
            _ words: UnsafePointer<UInt64>, _ count: Int, _ carried: [Int], _ body: (UnsafePointer<UInt64>) -> Void
        ) {
            var next = words
            while next < words + count {
                body(next)
                next += 1 + carried[population(next)]
            }
        }

        private static func lag(_ word: UnsafePointer<UInt64>) -> Int { Int(word.pointee >> 58) }
        private static func population(_ word: UnsafePointer<UInt64>) -> Int { Int(word.pointee >> 32 & 0x3ff_ffff) }

        /// By step, then by population, then by rank: ranks have ascending cells of a population.
        func sort(into ordered: inout [OrderedSpike], lags: Int, carried: [Int]) {
            var starts = [Int](repeating: 0, count: lags * carried.count + 1)
            forEachSpike(carried) { starts[Self.lag($0) * carried.count + Self.population($0) + 1] += 1 }
            for i in 1..<starts.count { starts[i] += starts[i - 1] }
            let none = OrderedSpike(lag: 0, population: 0, cell: 0, carried: OrderedSpike.nothingCarried)
            ordered.removeAll(keepingCapacity: true)
            ordered.append(contentsOf: repeatElement(none, count: starts.last!))
            ordered.withUnsafeMutableBufferPointer { ordered in
                forEachSpike(carried) { word in
                    let lag = Self.lag(word), population = Self.population(word)
                    let index = starts[lag * carried.count + population]
                    starts[lag * carried.count + population] += 1
                    ordered[index] = OrderedSpike(
                        lag: Int32(lag), population: Int32(population),
                        cell: Int32(bitPattern: UInt32(truncatingIfNeeded: word.pointee)),
                        carried: UnsafeRawPointer(word + 1).assumingMemoryBound(to: Double.self))
                }
            }
        }
    }
}
