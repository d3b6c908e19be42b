/// Poisson generators: what their connections bring in a slice.
extension DeviceLink {
    func applyPoisson(
        _ generator: PoissonGenerator, _ run: Run, _ numbers: PoissonNumbers, _ arrivals: ClosedRange<Int>,
        _ sentUntil: Int, _ seed: Int64, _ fault: inout NegativeArrival?
    ) -> Int {
        numbers.prepare(generator, seed: seed, StreamName(.poisson, call: streamNumber), since: trainsSince)
        let isRefused = run.plane.spikes(receptor: receptor).refusesNegative && weights[0] < 0
        var events = 0
        guard weights.count == 1, delays.count == 1, !isRefused else {
            for i in run.first..<run.first + run.count {
                events += addOne(numbers, generator, run, i, emissions(arrivals, sentUntil, i), &fault)
            }
            return events
        }
        for stamp in emissions(arrivals, sentUntil, run.first) where generator.isActive(stamp) {
            events += addAll(numbers, run, stamp)
        }
        return events
    }

    private func addOne(
        _ numbers: PoissonNumbers, _ generator: PoissonGenerator, _ run: Run, _ i: Int, _ stamps: Range<Int>,
        _ fault: inout NegativeArrival?
    ) -> Int {
        var events = 0
        for stamp in stamps where generator.isActive(stamp) {
            let number = numbers.number(connection: i, stamp: stamp)
            guard number > 0 else { continue }
            events += 1
            addPoisson(number, at: stamp + delay(i), run, i, &fault)
        }
        return events
    }

    /// Spikes of one connection, rounded as those of `addAll` are.
    private func addPoisson(_ number: Int, at stamp: Int, _ run: Run, _ i: Int, _ fault: inout NegativeArrival?) {
        let (row, amount) = row(weight(i), at: stamp, run), place = i - run.first
        if weight(i) < 0 && run.plane.spikes(receptor: receptor).refusesNegative {
            fault = .first(fault, NegativeArrival(stamp: stamp, place: run.place + place, plane: run.plane))
        }
        row[place] = row[place].addingProduct(amount, Double(number))
    }

    /// Connections that share weight and delay.
    private func addAll(_ numbers: PoissonNumbers, _ run: Run, _ stamp: Int) -> Int {
        let (row, amount) = row(weights[0], at: stamp + Int(delays[0]), run)
        return numbers.add(amount, stamp: stamp, to: row)
    }

    /// Where spikes of a weight that arrive at a stamp go to, from the run's first cell on; and what each adds.
    private func row(_ weight: Double, at stamp: Int, _ run: Run) -> (UnsafeMutablePointer<Double>, Double) {
        let destination = run.plane.spikes(receptor: receptor), value = destination.countsSpikes ? 1 : weight
        return (destination.row(stamp, value) + run.place, abs(value))
    }

    /// Adds rare spikes; those of a connection that arrive together are one event.
    func apply(_ spikes: ArraySlice<RareSpikes.Spike>, _ run: Run, _ fault: inout NegativeArrival?) -> Int {
        var events = 0, next = spikes.startIndex
        while next < spikes.endIndex {
            let spike = spikes[next], first = next
            repeat { next += 1 } while next < spikes.endIndex && spikes[next] == spike
            events += 1
            addPoisson(next - first, at: spike.arrival, run, spike.connection, &fault)
        }
        return events
    }
}

/// The rare spikes of some neighbouring connections that were drawn and are still to arrive, in the order of arrival.
final class RareSpikes {
    struct Spike: Equatable { let arrival, connection: Int }

    private let link: DeviceLink
    private let generator: PoissonGenerator
    private let connections: Range<Int>
    private let trains: RareTrains
    private let shortestDelay: Int
    /// What arrived before was handed on already.
    private let firstArrival: Int
    private var spikes: [Spike] = []
    /// The first of `spikes` that is still to be handed on.
    private var place = 0
    /// The next window to be drawn.
    private var window: Int

    init(
        _ link: DeviceLink, _ run: DeviceLink.Run, _ generator: PoissonGenerator, _ trains: RareTrains,
        _ delays: ClosedRange<Int>, _ firstArrival: Int
    ) {
        (self.link, self.generator, self.trains, self.firstArrival) = (link, generator, trains, firstArrival)
        connections = run.first..<run.first + run.count
        shortestDelay = delays.lowerBound
        window = max(firstArrival - delays.upperBound, link.since + 1) >> trains.window.shift
    }

    /// Draws all that is sent up to a stamp, and the rest of the window in which it lies.
    func draw(through last: Int) {
        guard window << trains.window.shift <= last else { return }
        spikes.removeFirst(place)
        place = 0
        while window << trains.window.shift <= last {
            drawWindow()
            window += 1
        }
        spikes.sort { ($0.arrival, $0.connection) < ($1.arrival, $1.connection) }
    }

    private func drawWindow() {
        let size = RareWindow.connections
        for block in connections.lowerBound / size...(connections.upperBound - 1) / size {
            trains.forEachSpike(block: block, window: window) { stamp, connection in
                guard connections.contains(connection), stamp > link.since, generator.isActive(stamp) else { return }
                let arrival = stamp + link.delay(connection)
                if arrival >= firstArrival { spikes.append(Spike(arrival: arrival, connection: connection)) }
            }
        }
    }

    /// Those that arrive up to a stamp and were not taken before.
    func take(through last: Int) -> ArraySlice<Spike> {
        let first = place
        while place < spikes.count, spikes[place].arrival <= last { place += 1 }
        return spikes[first..<place]
    }

    /// The stamp before which nothing arrives.
    var due: Int {
        let undrawn = window << trains.window.shift + shortestDelay
        return place < spikes.count ? min(spikes[place].arrival, undrawn) : undrawn
    }
}

/// The Poisson numbers of some neighbouring connections. Those of a window, or a step where the rate is high, are worked
/// out when they are first asked for, and kept until others are.
final class PoissonNumbers {
    private let connections: Range<Int>
    /// The first block of 32, and how many there are.
    private let firstBlock, blocks: Int
    /// A word a connection from the beginning of the first block: bytes of a window, or a single number.
    private let words: UnsafeMutablePointer<UInt64>
    /// What the words belong to: a window's number, or a stamp.
    private var held = -1
    private var generator: PoissonTable?
    private var since = -1
    private var source: Source?

    private enum Source { case windows(PoissonTrains), steps(PoissonDraws) }

    init(_ connections: Range<Int>) {
        self.connections = connections
        firstBlock = connections.lowerBound / 32
        blocks = (connections.upperBound + 31) / 32 - firstBlock
        words = .allocate(capacity: blocks * 32)
        words.initialize(repeating: 0, count: blocks * 32)
    }

    deinit { words.deallocate() }

    func prepare(_ device: PoissonGenerator, seed: Int64, _ name: StreamName, since: Int) {
        guard generator !== device.counts || self.since != since else { return }
        (generator, self.since, held) = (device.counts, since, -1)
        source =
            device.windowCounts.map { .windows(PoissonTrains(table: $0, seed: seed, name, since: since)) }
            ?? .steps(PoissonDraws(table: device.counts, seed: seed, name))
    }

    func number(connection i: Int, stamp: Int) -> Int {
        hold(stamp)
        let word = words[i - firstBlock * 32]
        return holdsWindows ? Int(word >> (8 * UInt64(stamp % PoissonTrains.steps)) & 255) : Int(word)
    }

    private var holdsWindows: Bool {
        if case .windows? = source { return true }
        return false
    }

    private func hold(_ stamp: Int) {
        let wanted = holdsWindows ? stamp / PoissonTrains.steps : stamp
        if held != wanted { fill(wanted) }
        held = wanted
    }

    @inline(never)
    private func fill(_ wanted: Int) {
        for block in 0..<blocks {
            let numbers = words + block &* 32
            switch source! {
            case .windows(let trains): trains.fill(numbers, block: firstBlock &+ block, window: wanted)
            case .steps(let draws): draws.fill(numbers, block: firstBlock &+ block, stamp: wanted)
            }
        }
    }

    /// Adds `amount` times the numbers at `stamp` to the places of all connections; how many are not 0.
    func add(_ amount: Double, stamp: Int, to row: UnsafeMutablePointer<Double>) -> Int {
        hold(stamp)
        let own = words + (connections.lowerBound - firstBlock * 32)
        return holdsWindows
            ? Self.addBytes(amount, own, connections.count, stamp % PoissonTrains.steps, row)
            : Self.add(amount, own, connections.count, row) { Double($0) }
    }

    @inline(__always)
    private static func add(
        _ amount: Double, _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ row: UnsafeMutablePointer<Double>,
        from first: Int = 0, _ number: (UInt64) -> Double
    ) -> Int {
        var events = 0
        for i in first..<count {
            let number = number(words[i])
            row[i] = row[i].addingProduct(amount, number)
            events &+= number > 0 ? 1 : 0
        }
        return events
    }

    @inline(never)
    private static func addBytes(
        _ amount: Double, _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ step: Int,
        _ row: UnsafeMutablePointer<Double>
    ) -> Int {
        var events = 0, i = 0
        let amounts = Lanes(repeating: amount)
        while i &+ Lanes.scalarCount <= count {
            let numbers = UnsafeRawPointer(words + i).loadUnaligned(as: WordLanes.self).byte(step)
            Lanes(at: row + i).addingProduct(amounts, numbers).store(at: row + i)
            events &+= Lanes().isLess(than: numbers).bits.nonzeroBitCount
            i &+= Lanes.scalarCount
        }
        return events &+ add(amount, words, count, row, from: i) { Double($0 &>> UInt64(8 &* step) & 255) }
    }
}

/// Poisson numbers by name, step by step: connection i at a stamp uses the word of `BulkRandom`'s order, in batch i/32 of
/// the stamp.
struct PoissonDraws {
    private let table: PoissonTable
    private let key: SIMD2<UInt32>
    private let name: StreamName

    init(table: PoissonTable, seed: Int64, _ name: StreamName) {
        self.table = table
        key = RandomStream.key(seed)
        self.name = name
    }

    func number(connection i: Int, stamp: Int) -> Int {
        let group = UInt32(truncatingIfNeeded: i / 32 * 8 + i % 8)
        let block = name.of(member: Int(group)).counter(UInt64(stamp))
        return table.number(Philox.block(counter: block, key: key)[i % 32 / 8])
    }

    /// The numbers of connections 32 `block` ..< 32 `block` + 32.
    func fill(_ numbers: UnsafeMutablePointer<UInt64>, block: Int, stamp: Int) {
        let low = WordLanes(repeating: UInt64(truncatingIfNeeded: stamp) & 0xffff_ffff)
        let high = WordLanes(repeating: UInt64(truncatingIfNeeded: stamp) >> 32 | UInt64(name.page))
        var lane = 0
        while lane < 8 {
            var group = WordLanes()
            for i in 0..<WordLanes.scalarCount { group[i] = UInt64(truncatingIfNeeded: block &* 8 &+ lane &+ i) }
            let (x0, x1, x2, x3) = Philox.block(low, high, group, WordLanes(repeating: UInt64(name.words[0])), key: key)
            for (i, words) in [x0, x1, x2, x3].enumerated() {
                for j in 0..<WordLanes.scalarCount {
                    let word = UInt32(truncatingIfNeeded: words[j])
                    numbers[lane &+ 8 &* i &+ j] = UInt64(table.number(word))
                }
            }
            lane &+= WordLanes.scalarCount
        }
    }
}
