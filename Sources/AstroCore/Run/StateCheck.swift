/// Looks, every 10 ms of simulated time and at the end of a run, whether the state of cells is still what their model
/// allows. Once in a hundred steps costs next to nothing (Docs/reliability.md has the figure); kernels stay without it.
///
/// What it finds depends on the cells and the time alone: each worker looks at its own cells at the end of the same slices,
/// and of all that were found the first by time, then by place is told.
struct StateCheck {
    private let watched: [(column: Column, range: ClosedRange<Double>)]

    init(_ batch: Batch) { watched = batch.model.stateLimits.map { (batch.column($0.name), $0.range) } }

    /// The first of some cells with a value outside its range, or with NaN.
    func firstOutside(_ cells: Range<Int>) -> Int? {
        var first: Int?
        for (column, range) in watched {
            guard let cell = Self.firstOutside(range, column, cells) else { continue }
            first = min(first ?? cell, cell)
        }
        return first
    }

    /// - `cells`: begin with a block.
    private static func firstOutside(_ range: ClosedRange<Double>, _ column: Column, _ cells: Range<Int>) -> Int? {
        let low = Lanes(repeating: range.lowerBound), high = Lanes(repeating: range.upperBound)
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            let x = column.lanes(cell)
            let outside = Lanes.allBits & ~(x.isAtLeast(low).bits & high.isAtLeast(x).bits)
            if outside != 0 {
                // behind the last cell there is padding
                let first = cell + outside.trailingZeroBitCount
                return first < cells.upperBound ? first : nil
            }
            cell += Lanes.laneCount
        }
        return nil
    }

    /// At the end of which slices it is time to look.
    struct Schedule {
        private let interval: Int

        init(resolution: Double) { interval = max(1, Int((10 / resolution).rounded())) }

        func isDue(_ slice: Range<Int>, end: Int) -> Bool {
            slice.upperBound == end || slice.upperBound / interval != slice.lowerBound / interval
        }
    }
}

extension Simulation {
    /// All about a cell that has left what its model allows.
    func describe(_ unstable: (step: Int, population: Int, cell: Int)) -> String {
        let population = populationList[unstable.population]
        let cells = population.cells!, model = cells.model
        func list(_ kind: String, _ names: [String]) -> String? {
            let values = names.map { "\($0) = \(formatted(cells.column($0)[unstable.cell]))" }
            return values.isEmpty ? nil : "\(kind) \(values.joined(separator: ", "))"
        }
        let label = population.label.map { ", population '\($0)'" } ?? ""
        let time = formatted(TimeGrid.ms(unstable.step + 1, resolution))
        let state = model.parameters.filter { $0.role == .state }.map(\.name) + model.hiddenState.map(\.name)
        let parameters = model.parameters.filter { $0.role == .parameter }.map(\.name)
        let values = [list("state", state), list("parameters", parameters)].compactMap { $0 }
        return """
            numerical instability of node \(population.firstID + unstable.cell) (\(model.name)\(label)) at \(time) ms: \
            \(values.joined(separator: "; "))
            """
    }
}
