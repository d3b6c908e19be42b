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
        if let queue {
            for i in connections { queue.add(value, at: stamp, to: targets[i]) }
        } else {
            let row = rows.row(stamp, value), amount = abs(value)
            for i in connections { row[Int(targets[i])] += amount }
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
