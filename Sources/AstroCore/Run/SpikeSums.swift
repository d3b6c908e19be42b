/// Where what arrives at a segment's targets is summed up: in the rows of its plane, or in a queue until it arrives.
struct SpikeSums {
    let rows: Rows
    let queue: ArrivalQueue.Writer?

    init(_ destination: SpikeDestination, base: Int, _ queue: ArrivalQueue?) {
        rows = Rows(
            spikes: destination.rows + base, stride: destination.stride, slotMask: destination.slotMask,
            toNegative: destination.toNegative)
        self.queue = queue?.writer(destination, base: base)
    }

    /// One value.
    @inline(__always)
    func add(_ value: Double, at stamp: Int, to target: UInt16) {
        if let queue { queue.add(value, at: stamp, to: target) } else { rows.add(value, at: stamp, to: target) }
    }

    /// The same value for some connections.
    @inline(__always)
    func add(_ value: Double, at stamp: Int, to targets: UnsafePointer<UInt16>, _ connections: Range<Int>) {
        if let queue, queue.takesStretches {
            queue.addStretch(connections.count, targets + connections.lowerBound, amount: value, at: stamp)
        } else if let queue {
            for i in connections { queue.addEvent(value, at: stamp, to: targets[i]) }
        } else {
            let row = rows.row(stamp, value), amount = abs(value)
            for i in connections { row[Int(targets[i])] += amount }
        }
    }

    /// What some connections of a chunk hand over, onto cells that take any weight.
    ///
    /// - `values`: of these connections, times `factor`; where they share one, nil and `shared`.
    /// - `sharedDelay`: where they share it.
    @inline(__always)
    func add(
        _ connections: Range<Int>, of chunk: RowChunk, _ values: UnsafePointer<Double>?, shared: Double,
        _ factor: Double, _ stamp: Int, sharedDelay: Int
    ) {
        if let queue {
            Self.forEachArrival(connections, of: chunk, values, shared: shared, factor, stamp, sharedDelay) {
                queue.add($0, at: $1, to: $2)
            }
        } else {
            let rows = rows
            Self.forEachArrival(connections, of: chunk, values, shared: shared, factor, stamp, sharedDelay) {
                rows.add($0, at: $1, to: $2)
            }
        }
    }

    /// The same with the weights of the chunk, which stay as they are: where stretches wait.
    ///
    /// - `shared`: nil where weights differ.
    @inline(__always)
    func addStretches(_ connections: Range<Int>, of chunk: RowChunk, shared: Double?, _ stamp: Int, sharedDelay: Int) {
        guard let queue else { return }
        let targets = chunk.targets + connections.lowerBound
        let weights = chunk.weights.map { UnsafePointer($0 + connections.lowerBound) }
        chunk.forEachStretch(connections, sharedDelay: sharedDelay) { stretch, delay in
            let some = targets + stretch.lowerBound
            if let weights {
                queue.addStretch(stretch.count, some, weights + stretch.lowerBound, at: stamp &+ delay)
            } else if let shared {
                queue.addStretch(stretch.count, some, amount: shared, at: stamp &+ delay)
            }
        }
    }

    /// Calls `body(value, stamp, target)` for each.
    @inline(__always)
    private static func forEachArrival(
        _ connections: Range<Int>, of chunk: RowChunk, _ values: UnsafePointer<Double>?, shared: Double,
        _ factor: Double, _ stamp: Int, _ sharedDelay: Int, _ body: (Double, Int, UInt16) -> Void
    ) {
        let targets = chunk.targets + connections.lowerBound, delays = chunk.delays.map { $0 + connections.lowerBound }
        switch (values, delays) {
        case (let values?, let delays?):
            for n in 0..<connections.count { body(values[n] * factor, stamp &+ Int(delays[n]), targets[n]) }
        case (let values?, nil):
            for n in 0..<connections.count { body(values[n] * factor, stamp &+ sharedDelay, targets[n]) }
        case (nil, let delays?):
            for n in 0..<connections.count { body(shared * factor, stamp &+ Int(delays[n]), targets[n]) }
        case (nil, nil):
            for n in 0..<connections.count { body(shared * factor, stamp &+ sharedDelay, targets[n]) }
        }
    }

    /// The plane's, from the segment's base on.
    struct Rows {
        /// Of positive weights.
        fileprivate let spikes: UnsafeMutablePointer<Double>
        fileprivate let stride, slotMask, toNegative: Int

        @inline(__always)
        fileprivate func row(_ stamp: Int, _ value: Double) -> UnsafeMutablePointer<Double> {
            spikes + ((stamp & slotMask) &* stride &+ (value > 0 ? 0 : toNegative))
        }

        @inline(__always)
        func add(_ value: Double, at stamp: Int, to target: UInt16) { row(stamp, value)[Int(target)] += abs(value) }
    }
}
