// What each worker advances in a run, and what it may help others with.
extension SliceLoop {
    /// Cells of a batch that one worker owns and that are sampled together. A class: slices of one step would count the references of
    /// a copy as often as they advance cells.
    final class Part {
        let batch: Batch
        let share: Cells.Share
        let blocks: FixedList<InputBlock>
        let kernel: any NodeKernel
        let sampling: SamplingPlan
        let check: StateCheck
        /// Is the model a user's own?
        let isOfText: Bool
        let signals: KernelSignals
        /// nil where only the owner advances them.
        let shared: SharedBlocks?

        init(
            _ batch: Batch, _ share: Cells.Share, _ blocks: [InputBlock], _ kernel: any NodeKernel,
            _ sampling: SamplingPlan, _ signals: KernelSignals, isShared: Bool
        ) {
            (self.batch, self.share, self.blocks, self.kernel) = (batch, share, FixedList(blocks), kernel)
            (self.sampling, self.signals, check) = (sampling, signals, StateCheck(batch))
            isOfText = batch.model.source != nil
            shared = isShared ? SharedBlocks() : nil
        }
    }

    /// Where the kernel of a part puts its signals: one for each that the model sends.
    final class KernelSignals {
        let outputs: UnsafeMutablePointer<SignalOutput?>
        /// Signals with a listener that no kernel hands over.
        let columnSignals: [FromColumn]

        struct FromColumn {
            let index: Int
            let column: Column
            /// Steps from one reading to the next.
            let every: Int
        }

        /// - `intervals`: steps from one reading of a signal to the next, by name.
        init(_ batch: Batch, _ intervals: [String: Int]) {
            let model = batch.model, count = max(model.signals.count, 1)
            outputs = .allocate(capacity: count)
            outputs.initialize(repeating: nil, count: count)
            columnSignals = (model.firstColumnSignal..<model.signals.count).filter { batch.firstSenders[$0] >= 0 }.map {
                FromColumn(
                    index: $0, column: batch.column(model.signals[$0]), every: intervals[model.signals[$0]] ?? 1)
            }
        }

        /// The end of the first step from `step` on after which a column is read; at most `end`.
        func nextReading(_ step: Int, end: Int) -> Int {
            columnSignals.reduce(end) { min($0, (step / $1.every + 1) * $1.every) }
        }

        deinit { outputs.deallocate() }
    }

    /// By worker.
    static func parts(
        _ simulation: Simulation, _ plans: [ObjectIdentifier: SampleTable.Plan], _ together: Together, mayShare: Bool
    ) -> [[Part]] {
        let sampled = sampled(simulation.populationList), intervals = simulation.signalIntervals
        return (0..<simulation.threads).map { worker in
            simulation.batches.flatMap {
                parts($0, worker, sampled[ObjectIdentifier($0)] ?? [], plans, intervals, together, mayShare: mayShare)
            }
        }
    }

    /// For each worker, what others share: first that of its neighbour, so that not all help the same one.
    static func shared(
        _ parts: [[Part]], _ intervals: [String: Int]
    ) -> [[(part: Part, signals: KernelSignals)]] {
        parts.indices.map { worker in
            let others = parts[(worker + 1)...] + parts[..<worker]
            return others.joined().filter { $0.shared != nil }.map { ($0, KernelSignals($0.batch, intervals)) }
        }
    }

    /// Sampled populations by the batch that they lie in.
    private static func sampled(_ populations: [Population]) -> [ObjectIdentifier: [Population]] {
        var found: [ObjectIdentifier: [Population]] = [:]
        for population in populations where !population.samplers.isEmpty {
            guard let batch = population.cells?.batch else { continue }
            found[ObjectIdentifier(batch), default: []].append(population)
        }
        return found
    }

    /// What a worker has of a batch. Blocks without sampled populations need not stop at samples.
    private static func parts(
        _ batch: Batch, _ worker: Int, _ sampled: [Population], _ plans: [ObjectIdentifier: SampleTable.Plan],
        _ intervals: [String: Int], _ together: Together, mayShare: Bool
    ) -> [Part] {
        var parts: [Part] = []
        for (share, blocks) in zip(batch.shares, batch.blocks) where share.worker == worker && !share.cells.isEmpty {
            let sampledSlots = sampled.compactMap { $0.cells?.slots }
            for wanted in [false, true] {
                let some = blocks.filter { block in sampledSlots.contains { $0.overlaps(block.cells) } == wanted }
                if some.isEmpty { continue }
                // the kernel comes after what asks for quantities
                let sampling = SamplingPlan(wanted ? sampled : [], share, plans),
                    signals = KernelSignals(batch, intervals)
                // a coupling is worked out by the owner of its targets
                let hasCouplings = some.contains { $0.signals.contains { !$0.couplings.isEmpty } }
                let isShared =
                    mayShare && !wanted && signals.columnSignals.isEmpty && !hasCouplings
                    && some.count >= SharedBlocks.fewest
                parts.append(
                    Part(batch, share, some, batch.kernel(together), sampling, signals, isShared: isShared))
            }
        }
        return parts
    }
}
