/// The connections of one generator made by one connect call.
///
/// What a generator sends is a function of time, so nothing is stored: at the beginning of a slice each worker works out
/// what arrives at its cells during the slice. Arrivals are thus added after those from cells, whatever the delays.
final class DeviceLink {
    let population: Int
    let device: Int
    /// Names the random numbers of these connections: the connect call and the device within it.
    let streamNumber: Int
    let number: Int
    private(set) var shares: [[Run]]
    private(set) var weights: [Double]
    private(set) var delays: [Int32]
    /// Global ids of the targets, in the order of the connections.
    let targets: [Int32]
    let receptor: Int
    /// Only what is sent after this stamp is still to be handed on.
    private(set) var since: Int

    /// Connections first ..< first + count go to neighbouring places of a plane.
    struct Run {
        let plane: InputPlane
        let place: Int
        let first: Int
        var count: Int
    }

    init(
        population: Int, device: Int, number: Int, streamNumber: Int, targets: [Int32], weights: [Double],
        delays: [Int32],
        receptor: Int, now: Int, workers: Int, place: (Int) -> (plane: InputPlane, place: Int)
    ) {
        (self.population, self.device, self.number, self.streamNumber) = (population, device, number, streamNumber)
        (self.targets, self.weights, self.delays, self.receptor) = (targets, weights, delays, receptor)
        since = now
        shares = Array(repeating: [], count: workers)
        for (i, target) in targets.enumerated() {
            let (plane, place) = place(Int(target))
            if let last = shares[plane.worker].last, last.plane === plane, last.first + last.count == i,
                last.place + last.count == place
            {
                shares[plane.worker][shares[plane.worker].count - 1].count += 1
            } else {
                shares[plane.worker].append(Run(plane: plane, place: place, first: i, count: 1))
            }
        }
    }

    var count: Int { targets.count }
    var longestDelay: Int { Int(delays.max() ?? 1) }

    @inline(__always) func weight(_ i: Int) -> Double { weights.count == 1 ? weights[0] : weights[i] }
    @inline(__always) func delay(_ i: Int) -> Int { Int(delays.count == 1 ? delays[0] : delays[i]) }

    func setWeight(_ value: Double, of index: Int) {
        if weights.count == 1 { weights = Array(repeating: weights[0], count: count) }
        weights[index] = value
    }

    func setDelay(_ steps: Int, of index: Int) {
        if delays.count == 1 { delays = Array(repeating: delays[0], count: count) }
        delays[index] = Int32(steps)
    }

    /// Hands on all that has been sent up to `now`, before the device or the link changes.
    func flush(_ device: any Device, now: Int, seed: Int64) {
        for worker in shares.indices {
            _ = apply(device, worker: worker, arrivals: now + 1...now + longestDelay, sentUntil: now, seed: seed)
        }
        since = now
    }

    /// Adds what arrives at a worker's cells; the number of events.
    func apply(
        _ device: any Device, worker: Int, arrivals: ClosedRange<Int>, sentUntil: Int = .max, seed: Int64
    ) -> Int {
        guard !shares[worker].isEmpty else { return 0 }
        switch device {
        case let generator as PoissonGenerator:
            return applyPoisson(generator, worker, arrivals, sentUntil, seed)
        case let generator as SpikeGenerator:
            return applySpikes(generator, worker, arrivals, sentUntil)
        case let generator as NoiseGenerator:
            return applyNoise(generator, worker, arrivals, sentUntil, seed)
        case let generator as any CurrentDevice:
            return applyCurrent(generator, worker, arrivals, sentUntil)
        default:
            return 0
        }
    }

    /// Stamps of emission whose arrivals fall into the range over connection i.
    @inline(__always)
    private func emissions(_ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ i: Int) -> Range<Int> {
        let d = delay(i)
        let first = max(arrivals.lowerBound - d, since + 1)
        return first..<max(first, min(arrivals.upperBound - d, sentUntil) + 1)
    }

    private func applyCurrent(
        _ generator: any CurrentDevice, _ worker: Int, _ arrivals: ClosedRange<Int>, _ sentUntil: Int
    ) -> Int {
        for run in shares[worker] {
            let plane = run.plane, rows = plane.current!
            for i in run.first..<run.first + run.count {
                let d = delay(i), place = run.place + i - run.first
                for stamp in emissions(arrivals, sentUntil, i) {
                    rows[((stamp + d) & plane.slotMask) * plane.inputStride + place] +=
                        weight(i) * generator.current(at: stamp)
                }
            }
        }
        return 0
    }

    private func applyNoise(
        _ generator: NoiseGenerator, _ worker: Int, _ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ seed: Int64
    ) -> Int {
        for run in shares[worker] {
            let plane = run.plane, rows = plane.current!
            for i in run.first..<run.first + run.count {
                let d = delay(i), place = run.place + i - run.first
                var drawing = -1
                var current = 0.0
                for stamp in emissions(arrivals, sentUntil, i) where generator.isActive(stamp) {
                    if generator.drawing(for: stamp) != drawing {
                        drawing = generator.drawing(for: stamp)
                        current =
                            weight(i)
                            * generator.current(drawing: drawing, seed: seed, link: streamNumber, connection: i)
                    }
                    rows[((stamp + d) & plane.slotMask) * plane.inputStride + place] += current
                }
            }
        }
        return 0
    }

    private func applySpikes(_ generator: SpikeGenerator, _ worker: Int, _ arrivals: ClosedRange<Int>, _ sentUntil: Int)
        -> Int
    {
        var events = 0
        for run in shares[worker] {
            for i in run.first..<run.first + run.count {
                let range = emissions(arrivals, sentUntil, i)
                for spike in generator.spikes(range.lowerBound, range.upperBound - 1) {
                    events += 1
                    add(
                        weight(i) * spike.weight, times: spike.multiplicity, at: spike.stamp + delay(i), run.plane,
                        run.place + i - run.first)
                }
            }
        }
        return events
    }

    @inline(__always)
    private func add(_ weight: Double, times number: Int, at stamp: Int, _ plane: InputPlane, _ place: Int) {
        guard receptor == 0 else { return }
        let value = plane.inputs.countsSpikes ? Double(number) : weight * Double(number)
        if value < 0 && plane.inputs.refusesNegativeWeights { negativeArrival = (place, plane) }
        let channel = value > 0 || plane.channels == 1 ? 0 : plane.channelStride
        plane.spikes[(stamp & plane.slotMask) &* plane.rowStride &+ channel &+ place] += abs(value)
    }

    /// A spike of negative weight that reached a cell which takes none.
    nonisolated(unsafe) var negativeArrival: (place: Int, plane: InputPlane)?

    // MARK: Poisson

    private func applyPoisson(
        _ generator: PoissonGenerator, _ worker: Int, _ arrivals: ClosedRange<Int>, _ sentUntil: Int, _ seed: Int64
    ) -> Int {
        guard generator.counts.mean > 0, receptor == 0 else { return 0 }
        let draws = PoissonDraws(table: generator.counts, seed: seed, stream: streamNumber)
        var events = 0.0
        for run in shares[worker] {
            var i = run.first
            let end = run.first + run.count
            while i < end {
                if weights.count == 1, delays.count == 1, i % blockSize == 0, i + blockSize <= end {
                    events += addBlock(draws, generator, run, i, emissions(arrivals, sentUntil, i))
                    i += blockSize
                } else {
                    events += addOne(draws, generator, run, i, emissions(arrivals, sentUntil, i))
                    i += 1
                }
            }
        }
        return Int(events)
    }

    private func addOne(
        _ draws: PoissonDraws, _ generator: PoissonGenerator, _ run: Run, _ i: Int, _ stamps: Range<Int>
    ) -> Double {
        var events = 0.0
        for stamp in stamps where generator.isActive(stamp) {
            let number = draws.number(connection: i, stamp: stamp)
            guard number > 0 else { continue }
            events += 1
            add(weight(i), times: number, at: stamp + delay(i), run.plane, run.place + i - run.first)
        }
        return events
    }

    /// 32 neighbours with the same weight and delay.
    @inline(__always)
    private func addBlock(
        _ draws: PoissonDraws, _ generator: PoissonGenerator, _ run: Run, _ i: Int, _ stamps: Range<Int>
    ) -> Double {
        let plane = run.plane
        let value = plane.inputs.countsSpikes ? 1 : weights[0]
        if value < 0 && plane.inputs.refusesNegativeWeights { negativeArrival = (run.place, plane) }
        let channel = value > 0 || plane.channels == 1 ? 0 : plane.channelStride
        let place = run.place + i - run.first + channel
        let amount = Lanes(repeating: abs(value))
        var events = Lanes()
        for stamp in stamps where generator.isActive(stamp) {
            let row = plane.spikes + (((stamp + Int(delays[0])) & plane.slotMask) &* plane.rowStride &+ place)
            draws.add(amount, block: i / blockSize, stamp: stamp, to: row, &events)
        }
        return events.sum()
    }
}

/// Poisson numbers by name: connection i at a stamp uses the word of `BulkRandom`'s order, in batch i/32 of the stamp.
struct PoissonDraws {
    private let table: PoissonTable
    private let key: SIMD2<UInt32>
    private let name: UInt32

    init(table: PoissonTable, seed: Int64, stream: Int) {
        self.table = table
        key = RandomStream.key(seed)
        name = RandomStream.name(.poisson, stream, 0)[0]
    }

    func number(connection i: Int, stamp: Int) -> Int {
        let group = UInt32(truncatingIfNeeded: i / 32 * 8 + i % 8)
        let counter = SIMD4(UInt32(truncatingIfNeeded: stamp), UInt32(truncatingIfNeeded: stamp >> 32), group, name)
        return table.number(Philox.block(counter: counter, key: key)[i % 32 / 8])
    }

    /// Adds `amount` times the numbers of 32 connections to 32 places.
    @inline(__always)
    func add(_ amount: Lanes, block: Int, stamp: Int, to row: UnsafeMutablePointer<Double>, _ events: inout Lanes) {
        let low = WordLanes(repeating: UInt64(truncatingIfNeeded: stamp) & 0xffff_ffff)
        let high = WordLanes(repeating: UInt64(truncatingIfNeeded: stamp) >> 32)
        var lane = 0
        while lane < 8 {
            var group = WordLanes()
            for i in 0..<WordLanes.scalarCount { group[i] = UInt64(truncatingIfNeeded: block &* 8 &+ lane &+ i) }
            let (x0, x1, x2, x3) = Philox.block(low, high, group, WordLanes(repeating: UInt64(name)), key: key)
            add(amount, x0, row + lane, &events)
            add(amount, x1, row + lane + 8, &events)
            add(amount, x2, row + lane + 16, &events)
            add(amount, x3, row + lane + 24, &events)
            lane &+= WordLanes.scalarCount
        }
    }

    @inline(__always)
    private func add(_ amount: Lanes, _ words: WordLanes, _ place: UnsafeMutablePointer<Double>, _ events: inout Lanes)
    {
        let numbers = self.numbers(words)
        events = events + Lanes().isLess(than: numbers).select(Lanes(repeating: 1), Lanes())
        (Lanes(at: place) + amount * numbers).store(at: place)
    }

    @inline(__always)
    private func numbers(_ words: WordLanes) -> Lanes {
        // many thresholds: a search for each lane instead of a comparison with each threshold
        guard table.thresholds.count <= 32 else { return searched(words) }
        var numbers = Lanes()
        let signed = unsafeBitCast(words, to: IntLanes.self)
        for threshold in table.thresholds {
            let reached = signed .>= IntLanes(repeating: Int64(threshold))
            let mask = unsafeBitCast(reached, to: LaneMask.self)
            guard mask.bits != 0 else { break }
            numbers = numbers + mask.select(Lanes(repeating: 1), Lanes())
        }
        return numbers
    }

    private func searched(_ words: WordLanes) -> Lanes {
        var numbers = Lanes()
        for lane in 0..<WordLanes.scalarCount {
            numbers[lane] = Double(table.number(UInt32(truncatingIfNeeded: words[lane])))
        }
        return numbers
    }
}
