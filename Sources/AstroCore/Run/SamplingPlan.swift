/// What a run samples of some cells of a population, worked out once: a sample then costs what it records.
struct SamplingPlan {
    /// A quantity of cells that lie evenly, on its way to a recorder.
    private struct Copy {
        /// That of the first cell, and how far it is to the next one's.
        let source: UnsafePointer<Double>
        let step: Int
        let count: Int
        let slot: SampleTable.Slot
    }

    private var groups: [(stamps: EvenRun, copies: [Copy])] = []

    /// - `populations`: whose cells lie in one batch.
    /// - `share`: of these cells.
    init(_ populations: [Population], _ share: Cells.Share, _ plans: [ObjectIdentifier: SampleTable.Plan]) {
        var places: [EvenRun: Int] = [:]
        for population in populations {
            guard let cells = population.cells else { continue }
            let mine = share.cells.shifted(by: -cells.shift)
            for sampler in population.samplers {
                guard let plan = plans[ObjectIdentifier(sampler.recording)], plan.stamps.count > 0 else { continue }
                let place = places[plan.stamps] ?? groups.count
                if place == groups.count {
                    places[plan.stamps] = place
                    groups.append((plan.stamps, []))
                }
                groups[place].copies += Self.copies(sampler, cells, mine, plan)
            }
        }
        groups.removeAll { $0.copies.isEmpty }
    }

    private static func copies(
        _ sampler: Sampler, _ cells: Cells, _ mine: Range<Int>, _ plan: SampleTable.Plan
    ) -> [Copy] {
        let recording = sampler.recording
        return recording.quantities.indices.flatMap { quantity in
            let column = cells.column(recording.quantities[quantity])
            return sampler.runs.compactMap { run -> Copy? in
                let own = run.cells.positions(in: mine)
                guard !own.isEmpty else { return nil }
                return Copy(
                    source: UnsafePointer(column.base + run.cells[own.lowerBound] * column.stride),
                    step: run.cells.step * column.stride, count: own.count,
                    slot: recording.samples.slot(quantity, from: run.place + own.lowerBound, plan))
            }
        }
    }

    /// Bit n: there is a sample after step n of a slice.
    func due(in slice: Range<Int>) -> UInt64 {
        assert(slice.count <= Simulation.longestSlice && Simulation.longestSlice <= UInt64.bitWidth)
        var due: UInt64 = 0
        for group in groups {
            for index in group.stamps.positions(in: slice.lowerBound + 1..<slice.upperBound + 1) {
                due |= 1 << UInt64(group.stamps[index] - slice.lowerBound - 1)
            }
        }
        return due
    }

    func sample(_ stamp: Int) {
        for group in groups {
            guard let index = group.stamps.position(of: stamp) else { continue }
            for copy in group.copies {
                let destination = copy.slot[index]
                for i in 0..<copy.count { destination[i] = copy.source[i * copy.step] }
            }
        }
    }
}
