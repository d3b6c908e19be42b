import CLanes

/// What a kernel reads and writes beside its columns. Cells go by their slots in the batch; times are stamps: the
/// step from k to k + 1 has the stamp k + 1.
///
/// A kernel asks for its inputs and outputs by their places in the model's lists, once for each vector of cells.
package struct CellIO: ~Copyable {
    /// Of the plane: one for each port of the model.
    let inputs: UnsafePointer<PortRows>
    /// From slots of the batch to places in the plane.
    let shift: Int
    /// Of stamps, and how far it is from one to the next: of all ports of spikes, and of all others.
    let spikeSlotMask, heldSlotMask: Int
    let spikeStride, heldStride: Int
    /// One for each signal that the model sends.
    let signals: UnsafePointer<SignalOutput?>
    let firstStep: Int
    /// The first slot behind all real cells.
    package let count: Int
    /// Cells of the worker that were put off.
    let deferred: DeferredCells
    let outbox: Outbox
    /// Whose the cells are: one population's under their numbers, or those of many.
    let population: Int
    let residents: UnsafePointer<Residents.Resident>?

    /// A bit for each of `width` lanes from the cell `first` on that holds a cell, not padding.
    @inline(__always)
    package func realLanes(_ first: Int, _ width: Int) -> LaneBits {
        (1 << LaneBits(max(0, min(count &- first, width)))) &- 1
    }

    /// The spikes of a port.
    @inline(__always)
    package func spikes(_ port: Int) -> SpikeInput {
        SpikeInput(rows: inputs[port].rows! + shift, stride: spikeStride, slotMask: spikeSlotMask)
    }

    /// What a port of a current or a signal receives.
    @inline(__always)
    package func held(_ port: Int) -> HeldInput {
        HeldInput(rows: inputs[port].rows.map { $0 + shift }, stride: heldStride, slotMask: heldSlotMask)
    }

    /// What is due at a stamp for one cell, which stays there.
    func value(_ port: Int, _ stamp: Int, _ cell: Int) -> Double {
        let input = inputs[port]
        return input.rows.map { $0[(stamp & input.slotMask) &* input.stride &+ cell &+ shift] } ?? 0
    }

    /// Where a signal goes; nil where there is no listener.
    @inline(__always)
    package func signal(_ index: Int) -> SignalOutput? { signals[index] }

    /// `count` spikes of one cell at the end of `step`.
    package func emit(step: Int, cell: Int, count: Int = 1) {
        let (population, cell) = resident(cell)
        outbox.add(count, lag: step - firstStep, population: population, cell: cell)
    }

    /// Something that is recorded but sent to nobody: event number `event` of the model.
    package func note(event: Int, step: Int, cell: Int) {
        let (population, cell) = resident(cell)
        outbox.note(event: event, lag: step - firstStep, population: population, cell: cell)
    }

    /// The run stops at the end of this slice and reports the first such cell.
    package func reportInstability(step: Int, cell: Int) {
        let (population, cell) = resident(cell)
        outbox.report(instability: (step, population, cell))
    }

    /// A random number of a cell for a step, uniform in [0, 1): a function of seed, node and step.
    package func uniform(step: Int, cell: Int) -> Double {
        let (population, cell) = resident(cell)
        let name = StreamName(.cellStep, member: outbox.firstStreamed[population] + cell)
        var stream = RandomStream(seed: outbox.seed, name, from: step)
        return stream.uniform()
    }

    private func resident(_ slot: Int) -> (population: Int, cell: Int) {
        guard let residents else { return (population, slot) }
        return (Int(residents[slot].population), Int(residents[slot].cell))
    }
}

/// The memory of one port in a plane: the row of stamp s begins at `(s & slotMask) * stride`; nil where nothing can come.
struct PortRows {
    var rows: UnsafeMutablePointer<Double>?
    var stride = 0
    var slotMask = 0
}

/// Spikes that arrive at a port: for each stamp and cell a sum.
package struct SpikeInput {
    fileprivate let rows: UnsafeMutablePointer<Double>
    fileprivate let stride, slotMask: Int

    /// The sums of all cells at a stamp.
    @inline(__always)
    package func row(_ stamp: Int) -> UnsafeMutablePointer<Double> { rows + (stamp & slotMask) &* stride }

    /// What is due at a stamp for a vector of cells; the buffer is empty afterwards.
    @inline(__always)
    package func take<Vector: LaneVector>(_ stamp: Int, _ cell: Int) -> Vector { takeVector(row(stamp) + cell) }
}

/// A current or a signal that arrives at a port: for each stamp and cell a sum, 0 where nothing can come.
package struct HeldInput {
    fileprivate let rows: UnsafeMutablePointer<Double>?
    fileprivate let stride, slotMask: Int

    /// Can something come?
    @inline(__always)
    package var isOpen: Bool { rows != nil }

    /// What is due at a stamp for a vector of cells; the buffer is empty afterwards.
    @inline(__always)
    package func take<Vector: LaneVector>(_ stamp: Int, _ cell: Int) -> Vector {
        guard let rows else { return .zeros }
        return takeVector(rows + ((stamp & slotMask) &* stride &+ cell))
    }
}

@inline(__always)
private func takeVector<Vector: LaneVector>(_ place: UnsafeMutablePointer<Double>) -> Vector {
    // what the next vector of cells will ask for
    for i in stride(from: 0, to: Vector.laneCount, by: 8) { astro_prefetch(place + (Vector.laneCount &+ i)) }
    let sum = Vector(at: place)
    Vector.zeros.store(at: place)
    return sum
}
