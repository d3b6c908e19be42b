/// The signals of a slice: a run of values for each sender, in two or three buffers that are used in turn.
final class SignalBuffers {
    private let buffers: [UnsafeMutablePointer<Double>]
    /// Steps in a run. Runs are not padded, since the signals of a slice should fit into the cache; readers may look beyond a run.
    private let stride: Int
    /// For each buffer: did a cell send anything but 0?
    private var isActive: [Bool]
    /// For each buffer and cell: `SignalOutput.isBlank`.
    private let isBlank: [UnsafeMutablePointer<Bool>]
    private let remote: RemoteSenders?

    /// nil where no connection carries a signal, and no synapse reads other cells.
    ///
    /// - `steps`: of the longest slice.
    init?(_ simulation: Simulation, steps: Int, count: Int) {
        guard !simulation.signalProjections.isEmpty || simulation.readsOtherCells else { return nil }
        (stride, remote) = (steps, simulation.remoteSenders)
        let size = (simulation.senderCount + (remote?.count ?? 0) + simulation.couplingRuns) * steps + 8
        isActive = Array(repeating: false, count: count)
        let senders = max(simulation.senderCount, 1)
        isBlank = (0..<count).map { _ in
            let flags = UnsafeMutablePointer<Bool>.allocate(capacity: senders)
            flags.initialize(repeating: true, count: senders)
            return flags
        }
        buffers = (0..<count).map { _ in
            let memory = ColumnStore.allocate(size)
            memory.initialize(repeating: 0, count: size)
            return memory
        }
    }

    deinit {
        buffers.forEach { $0.deallocate() }
        isBlank.forEach { $0.deallocate() }
    }

    private func buffer(_ slice: Int) -> Int { slice % buffers.count }

    /// Where the kernel of a batch puts the signals of a slice: one for each that the model sends, nil for those without a listener.
    /// `outputs` has a place for each.
    func place(
        _ outputs: UnsafeMutablePointer<SignalOutput?>, of batch: Batch, slice: Int, firstStep: Int, _ outbox: Outbox
    ) {
        let bytes = SignalOutput.bufferBytes(stride)
        let memory = outbox.signalBuffer.memory(bytes: bytes * max(batch.firstSenders.count, 1))
        let number = buffer(slice)
        for (index, first) in batch.firstSenders.enumerated() where first >= 0 {
            let rows = memory + index * bytes, cells = first - batch.cells.lowerBound
            let cellsAreActive = (rows + (bytes - 64)).assumingMemoryBound(to: Bool.self)
            cellsAreActive.pointee = false
            outputs[index] = SignalOutput(
                runs: buffers[number] + cells * stride, stride: stride,
                buffer: rows.assumingMemoryBound(to: Double.self), isActive: outbox.signalIsActive,
                cellsAreActive: cellsAreActive, isBlank: isBlank[number] + cells, firstStep: firstStep)
        }
    }

    /// Adds what was sent in a slice to the input of a block's cells.
    func apply(_ block: InputBlock, slice: Int, steps: Range<Int>) {
        let output = buffers[buffer(slice)], isActive = isActive[buffer(slice)]
        for signals in block.signals {
            let table = signals.table, isDue = table.isDue(steps)
            if table.isAhead {
                // before its end, nothing was worked out, and what is held is there already
                let last = steps.count - 1
                if isDue { apply(signals, output + last, steps.lowerBound + last..<steps.upperBound) }
            } else if table.isHeld && !isDue {
                table.applyHeld(signals.parts, first: steps.lowerBound, count: steps.count)
            } else if isActive || !signals.couplings.isEmpty {
                apply(signals, output, steps)
            }
        }
    }

    private func apply(_ signals: InputBlock.Signals, _ output: UnsafeMutablePointer<Double>, _ steps: Range<Int>) {
        for (coupling, groups) in signals.couplings {
            coupling.evaluate(groups, output, stride: stride, steps: steps)
        }
        signals.table.apply(signals.parts, output, stride: stride, first: steps.lowerBound, count: steps.count)
    }

    /// Adds what will be sent in a slice, as far as it is known before.
    func applyAhead(_ block: InputBlock, steps: Range<Int>) {
        for signals in block.signals where signals.table.isAhead {
            let count = steps.count - (signals.table.isDue(steps) ? 1 : 0)
            signals.table.applyHeld(signals.parts, first: steps.lowerBound, count: count)
        }
    }

    /// The kernels of a slice are done; has one sent anything but 0?
    func conclude(slice: Int, isActive active: Bool) { isActive[buffer(slice)] = active }

    /// What was sent in a slice; nil where all is 0.
    func values(slice: Int) -> SignalValues? {
        isActive[buffer(slice)] ? SignalValues(runs: buffers[buffer(slice)], stride: stride) : nil
    }

    /// The same while kernels are still at it: of a worker's own cells.
    func unfinishedValues(slice: Int) -> SignalValues { SignalValues(runs: buffers[buffer(slice)], stride: stride) }

    // MARK: Ranks

    /// Sends what other ranks need of a slice on its way.
    func send(slice: Int, steps: Int) {
        remote?.begin(buffers[buffer(slice)], stride: stride, steps: steps, isActive: isActive[buffer(slice)])
    }

    func lookAfterMessages() { remote?.lookAfter() }

    /// Takes what other ranks have sent in a slice.
    func takeArrivals(slice: Int, steps: Int) {
        guard let remote else { return }
        let number = buffer(slice)
        let came = remote.end(buffers[number], stride: stride, steps: steps, number: number)
        isActive[number] = isActive[number] || came
    }
}
