import CLanes
import Equations
import Synchronization

/// Advances cells whose model is a text.
///
/// A step of a block:
///
///     1. states advance with inputs held, what arrives is added, refractory times go on      (one program; or adaptive trials)
///     2. events are looked at and act, the spike first, then the others by name
///     3. inputs for the next step are fetched
final class EquationKernel: NodeKernel {
    let columns: EquationColumns
    let plan: Plan
    private let resolution: Double
    private let workspaces = Mutex<[Workspace]>([])
    /// The places of what is held, among the ports: inputs come behind spikes.
    let firstHeld: Int
    /// Columns of quantities that somebody reads; nil of others.
    private let quantities: [Column?]
    private let readsQuantities: Bool
    private let lanes: Int

    // what a step asks of the plan
    let events: Int
    let sendsSpikes: Bool
    let isCrossing: [Bool]
    /// The output of the step's program that is the first event's condition.
    let firstCondition: Int
    /// May conditions be looked at again after the step's program?
    let looksAgain: Bool
    let hasOwnStep, isAdaptive, hasRefractoryConditions: Bool
    /// A list costs something even where it is empty: a step of a small model is some hundred cycles a block.
    let readsPorts, hasInputs, readsLast: Bool
    /// Steps of the model, by event.
    private let refractorySteps: [Column?]
    /// Do programs ask what time it is?
    let readsTime: Bool
    /// For each event, the states that it changes.
    let changes: [[Int]]

    init(_ plan: Plan, _ columns: ModelColumns) {
        self.plan = plan
        self.columns = EquationColumns(plan, columns)
        resolution = columns.resolution
        firstHeld = plan.spikePorts
        quantities = plan.facts.quantities.map { columns.computed($0.name) }
        readsQuantities = quantities.contains { $0 != nil }
        lanes = AdaptiveSteps.rows(self.columns)
        let facts = plan.facts
        hasOwnStep = facts.source.step != nil
        isAdaptive = plan.adaptive != nil
        refractorySteps = self.columns.refractorySteps
        sendsSpikes = facts.sendsSpikes
        (events, isCrossing) = (facts.events.count, facts.events.map(\.isCrossing))
        firstCondition = plan.changed.count + facts.events.count
        looksAgain = facts.events.count > 1 || isCrossing.contains(true) || plan.adaptive != nil
        let programs = [plan.step] + plan.conditions + plan.actions + plan.refractory.compactMap { $0 }
        readsTime =
            plan.adaptive != nil
            || programs.contains { $0.leaves.contains { [.time, .stepStart].contains($0.kind) } }
        changes = facts.events.map { $0.action.map(\.state) }
        hasRefractoryConditions = plan.refractory.contains { $0 != nil }
        (readsPorts, hasInputs, readsLast) = (!plan.step.ports.isEmpty, !self.columns.inputs.isEmpty, plan.readsLast)
    }

    private func takeWorkspace() -> Workspace {
        workspaces.withLock { $0.popLast() } ?? Workspace(columns, lanes: lanes)
    }

    private func giveBack(_ workspace: Workspace) { workspaces.withLock { $0.append(workspace) } }

    func advance(_ cells: Range<Int>, steps: Range<Int>, io: borrowing CellIO) {
        let space = changesStates(in: steps) ? takeWorkspace() : nil
        for block in Frame.blocks(of: cells) { advanceBlock(block, steps, space, io) }
        if let space { giveBack(space) }
    }

    /// - `space`: nil where no state changes.
    private func advanceBlock(_ cells: Range<Int>, _ steps: Range<Int>, _ space: Workspace?, _ io: borrowing CellIO) {
        let inputs = BlockInputs(self, cells, firstStep: steps.lowerBound)
        space?.bind(cells.lowerBound)
        let block = space.map { Block(kernel: self, space: $0, first: cells.lowerBound, count: cells.count) }
        for step in steps {
            if hasOwnStep {
                inputs.collect(step, io)
                if let block, changesStates(in: step..<step + 1) {
                    inputs.takeMeans()
                    block.advance(step, io)
                    inputs.clearSums()
                }
            } else if let block {
                inputs.bindPorts(of: block.space.step, step, io)
                block.advance(step, io)
                inputs.clearPorts(step, io)
            }
            inputs.fetch(step, io)
        }
    }

    /// A model with a step of its own leaves its states as they are until that ends.
    func changesStates(in steps: Range<Int>) -> Bool {
        let own = columns.stepsPerStep
        return own == 1 || steps.upperBound / own > steps.lowerBound / own
    }

    func computeQuantities(_ cells: Range<Int>, stamp: Int) {
        guard readsQuantities else { return }
        let space = takeWorkspace()
        defer { giveBack(space) }
        space.setTime(TimeGrid.ms(stamp, resolution))
        for (index, column) in quantities.enumerated() {
            guard let column else { continue }
            for block in Frame.blocks(of: cells) {
                let frame = space.bindQuantity(index, block.lowerBound)
                frame.setOutput(0, column.place(block.lowerBound))
                frame.run(padded(block.count))
            }
        }
    }

    // MARK: A block

    /// Neighbouring cells while they are advanced. Whoever makes one keeps what it refers to.
    struct Block {
        unowned(unsafe) let kernel: EquationKernel
        unowned(unsafe) let space: Workspace
        let first, count: Int

        private var columns: EquationColumns { kernel.columns }
        private var plan: Plan { kernel.plan }

        func advance(_ step: Int, _ io: borrowing CellIO) {
            let before = step + 1 - columns.stepsPerStep
            if kernel.readsTime { space.setStepStart(TimeGrid.ms(before, kernel.resolution)) }
            keep(step: before)
            if kernel.isAdaptive { space.adaptiveSteps.run(kernel, first, count, step, io) }
            if kernel.readsTime { space.setTime(TimeGrid.ms(step + 1, kernel.resolution)) }
            run(space.step, step, io)
            lookAtEvents(step, io)
            goOnWaiting(step, io)
        }

        /// Runs a program over the block.
        private func run(_ frame: Frame, _ step: Int, _ io: borrowing CellIO) {
            guard frame.drawsRandomly else { return frame.run(count) }
            frame.run(count, BlockDraws(draws: CellDraws(io, step: step), first: first))
        }

        // MARK: Events

        /// What has to be known later of how things were before the step.
        private func keep(step: Int) {
            if kernel.readsLast {
                for (index, state) in columns.states.enumerated() {
                    space.row(.last(index)).update(from: state.base + first, count: count)
                }
            }
            guard kernel.looksAgain else { return }
            for event in 0..<kernel.events {
                space.row(.waitingBefore(event)).update(from: columns.waiting[event].base + first, count: count)
                if kernel.isCrossing[event] { beginCrossing(event, step) }
            }
        }

        /// Cells whose condition has never been looked at: it counts from the start.
        private func beginCrossing(_ event: Int, _ step: Int) {
            let wasTrue = columns.wasTrue[event].base + first
            guard Self.anyNegative(wasTrue, count) else { return }
            space.setTime(TimeGrid.ms(step, kernel.resolution))
            let frame = space.conditions[event]
            frame.run(count)
            for lane in 0..<count where wasTrue[lane] < 0 { wasTrue[lane] = frame.output(0)[lane] }
        }

        private static func anyNegative(_ values: UnsafeMutablePointer<Double>, _ count: Int) -> Bool {
            var smallest = Machine.Vector(at: values), cell = Machine.Vector.laneCount
            while cell < count {
                smallest = smallest.orSmaller(Machine.Vector(at: values + cell))
                cell &+= Machine.Vector.laneCount
            }
            return smallest.isLess(than: Machine.Vector.zeros).bits != 0
        }

        private func lookAtEvents(_ step: Int, _ io: borrowing CellIO) {
            var hasActed = false
            for event in 0..<kernel.events {
                let happens = self.happens(event, again: hasActed || kernel.isAdaptive, step, io)
                if Self.any(happens, count) {
                    act(event, happens, step, io)
                    hasActed = true
                }
                if kernel.isCrossing[event] { noteCrossing(event, step, io) }
            }
        }

        /// Is one of these larger than a limit? Flags are 0 or 1.
        static func any(_ values: UnsafeMutablePointer<Double>, _ count: Int, above limit: Double = 0) -> Bool {
            var largest = Machine.Vector(at: values), cell = Machine.Vector.laneCount
            while cell < count {
                largest = largest.orLarger(Machine.Vector(at: values + cell))
                cell &+= Machine.Vector.laneCount
            }
            return Machine.Vector(repeating: limit).isLess(than: largest).bits != 0
        }

        /// Where an event happens: 1, else 0. The step's program has looked, unless an event before has acted since. After adaptive
        /// substeps, which have looked themselves, what has arrived may make a condition true.
        private func happens(_ event: Int, again: Bool, _ step: Int, _ io: borrowing CellIO) -> UnsafeMutablePointer<
            Double
        > {
            guard again else {
                return space.step.output(kernel.firstCondition + event)
            }
            run(space.conditions[event], step, io)
            let happens = space.row(.happens), holds = space.conditions[event].output(0)
            let before = space.row(.waitingBefore(event)), now = columns.waiting[event].base + first
            let wasTrue = columns.wasTrue[event].base + first, isCrossing = kernel.isCrossing[event]
            let zero = Machine.Vector.zeros
            var cell = 0
            while cell < count {
                var flags = zero.isAtLeast(Machine.Vector(at: before + cell)).select(
                    zero.isAtLeast(Machine.Vector(at: now + cell)).select(Machine.Vector(at: holds + cell), zero), zero)
                if isCrossing { flags = zero.isLess(than: Machine.Vector(at: wasTrue + cell)).select(zero, flags) }
                flags.store(at: happens + cell)
                cell &+= Machine.Vector.laneCount
            }
            return happens
        }

        private func act(_ event: Int, _ happens: UnsafeMutablePointer<Double>, _ step: Int, _ io: borrowing CellIO) {
            let frame = space.actions[event], waiting = columns.waiting[event].base + first
            let draws = frame.drawsRandomly
            if draws { run(frame, step, io) }
            kernel.act(
                event, frame, happens, count, mayRun: !draws, state: { columns.states[$0].base + first }
            ) { lane in
                guard first + lane < io.count else { return }
                waiting[lane] = kernel.waiting(after: event, first + lane)
                kernel.send(event, first + lane, step, io)
            }
        }

        /// A condition counts as it is after its own look.
        private func noteCrossing(_ event: Int, _ step: Int, _ io: borrowing CellIO) {
            run(space.conditions[event], step, io)
            let wasTrue = columns.wasTrue[event].base + first, holds = space.conditions[event].output(0)
            let waiting = space.row(.waitingBefore(event)), now = columns.waiting[event].base + first
            for lane in 0..<count where waiting[lane] <= 0 && (!kernel.isAdaptive || now[lane] <= 0) {
                wasTrue[lane] = holds[lane]
            }
        }

        /// Refractory conditions last to the end of the first step in which they are false. 2 is that of a spike in this step.
        private func goOnWaiting(_ step: Int, _ io: borrowing CellIO) {
            guard kernel.hasRefractoryConditions else { return }
            for event in 0..<kernel.events {
                guard let frame = space.refractory[event] else { continue }
                let waiting = columns.waiting[event].base + first
                guard Self.any(waiting, count) else { continue }
                run(frame, step, io)
                for lane in 0..<count where waiting[lane] > 0 {
                    waiting[lane] = waiting[lane] == 2 ? 1 : frame.output(0)[lane]
                }
            }
        }
    }

    /// What an event does to cells that lie side by side, in a block or in lanes of the adaptive method. Few cells have it happen: the
    /// vectors without one are not looked at again.
    ///
    /// - `mayRun`: is the action's program still to be run?
    /// - `state`: where a state lies.
    /// - `follow`: what else becomes of a cell.
    @inline(__always)
    func act(
        _ event: Int, _ frame: Frame, _ happens: UnsafeMutablePointer<Double>, _ count: Int, mayRun: Bool,
        state: (Int) -> UnsafeMutablePointer<Double>, follow: (Int) -> Void
    ) {
        var first = 0
        while first < count {
            defer { first &+= Machine.width }
            guard Block.any(happens + first, Machine.width) else { continue }
            let lanes = first..<first + Machine.width
            if mayRun { frame.run(lanes) }
            for (output, index) in changes[event].enumerated() {
                let old = state(index), new = frame.output(output)
                for lane in lanes where happens[lane] > 0 { old[lane] = new[lane] }
            }
            for lane in lanes where happens[lane] > 0 { follow(lane) }
        }
    }

    /// Refractory steps that an event begins with; a condition is marked as new.
    func waiting(after event: Int, _ cell: Int, within step: Bool = false) -> Double {
        if hasRefractoryConditions, plan.refractory[event] != nil { return 2 }
        guard let steps = refractorySteps[event]?[cell], steps > 0 else { return 0 }
        return step ? steps + 1 : steps
    }

    func send(_ event: Int, _ cell: Int, _ step: Int, _ io: borrowing CellIO) {
        if event == 0, sendsSpikes { return io.emit(step: step, cell: cell) }
        io.note(event: event - (sendsSpikes ? 1 : 0), step: step, cell: cell)
    }
}

/// What comes in to the cells of a block, of a kernel that lives longer.
private struct BlockInputs {
    private unowned(unsafe) let columns: EquationColumns
    private let firstHeld: Int
    private let readsPorts, hasInputs: Bool
    private let first, count: Int
    private let firstStep: Int

    private typealias Vector = Machine.Vector
    private typealias Row = UnsafeMutablePointer<Double>

    init(_ kernel: EquationKernel, _ cells: Range<Int>, firstStep: Int) {
        (columns, firstHeld) = (kernel.columns, kernel.firstHeld)
        (readsPorts, hasInputs) = (kernel.readsPorts, kernel.hasInputs)
        (first, count, self.firstStep) = (cells.lowerBound, cells.count, firstStep)
    }

    @inline(__always)
    private func rows(_ port: Int, _ step: Int, _ io: borrowing CellIO) -> Row? {
        let input = io.inputs[port]
        return input.rows.map { $0 + (io.shift &+ ((step &+ 1) & input.slotMask) &* input.stride &+ first) }
    }

    @inline(__always)
    private func forEachVector(_ body: (Int) -> Void) {
        var cell = 0
        while cell < count {
            body(cell)
            cell &+= Vector.laneCount
        }
    }

    /// Rows come round after many steps, so that they are no longer in the nearest caches: they are asked for in time.
    func bindPorts(of frame: Frame, _ step: Int, _ io: borrowing CellIO) {
        for input in columns.inputs.indices { rows(firstHeld + input, step, io).map(prefetch) }
        guard readsPorts else { return }
        for (leaf, port) in frame.program.ports {
            let row = rows(port, step, io)!
            prefetch(row)
            frame[leaf] = Place(base: row, stride: 1)
        }
    }

    private func prefetch(_ row: Row) {
        var cell = 0
        while cell < count {
            astro_prefetch(row + cell)
            cell &+= 8
        }
    }

    func clearPorts(_ step: Int, _ io: borrowing CellIO) {
        for port in 0..<firstHeld { rows(port, step, io)!.update(repeating: 0, count: count) }
    }

    /// Inputs for the next step.
    func fetch(_ step: Int, _ io: borrowing CellIO) {
        guard hasInputs else { return }
        for (index, input) in columns.inputs.enumerated() {
            let values = input.base + first
            if let rows = rows(firstHeld + index, step, io) {
                forEachVector { cell in
                    Vector(at: rows + cell).store(at: values + cell)
                    Vector.zeros.store(at: rows + cell)
                }
            } else if step == firstStep {
                // nothing comes here before the next call either
                values.update(repeating: 0, count: count)
            }
        }
    }

    // MARK: Between the model's own steps

    /// Adds up what comes in.
    func collect(_ step: Int, _ io: borrowing CellIO) {
        for (port, sum) in columns.spikeSums.enumerated() { take(rows(port, step, io)!, sum.base + first) }
        for (input, sum) in zip(columns.inputs, columns.inputSums) {
            let values = input.base + first, sums = sum.base + first
            forEachVector { cell in (Vector(at: sums + cell) + Vector(at: values + cell)).store(at: sums + cell) }
        }
    }

    /// Hardly ever does anything arrive, and it is never negative.
    private func take(_ rows: Row, _ sums: Row) {
        let zero = Vector.zeros
        forEachVector { cell in
            let values = Vector(at: rows + cell)
            if zero.isAtLeast(values).bits == Vector.allBits { return }
            (Vector(at: sums + cell) + values).store(at: sums + cell)
            zero.store(at: rows + cell)
        }
    }

    func takeMeans() {
        let part = 1 / Double(columns.stepsPerStep)
        for sum in columns.inputSums { scale(sum, part) }
    }

    func clearSums() { for sum in columns.spikeSums + columns.inputSums { scale(sum, 0) } }

    private func scale(_ column: Column, _ factor: Double) {
        for lane in 0..<count { column.base[first + lane] *= factor }
    }
}
