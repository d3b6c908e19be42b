/// What a kernel is made of: the columns of a batch's parameters and states by name, and the resolution in ms.
package struct ModelColumns {
    let store: ColumnStore
    let byName: [String: Column]
    let residents: Residents?
    /// The least of some parameters on all ranks, from what it is here; they ask for it together.
    let leastOnRanks: ([String], Double) -> Double
    /// Columns of quantities that somebody reads, by name.
    var computed: [String: Column] = [:]
    package let resolution: Double
    package let spikes: SpikeMoments

    package subscript(_ name: String) -> Column { byName[name]! }

    /// One cell, for a column that derives from others. What it reads of them decides whether all cells share the result.
    package struct Cell {
        package let index: Int
        fileprivate let differs: UnsafeMutablePointer<Bool>

        package subscript(_ column: Column) -> Double {
            if column.stride != 0 { differs.pointee = true }
            return column[index]
        }
    }

    /// A column computed from others, as in `derived { 1 / $0[C_m] }`; shared where `value` reads shared columns only.
    package func derived(_ value: (Cell) -> Double) -> Column {
        // a cell that reads only what all share is followed by all
        withUnsafeTemporaryAllocation(of: Bool.self, capacity: 1) { differs in
            let differs = differs.baseAddress!
            differs.initialize(to: false)
            let cells = store.cells
            let first = cells.isEmpty ? 0 : value(Cell(index: cells.lowerBound, differs: differs))
            guard differs.pointee else { return store.derivedShared(first) }
            return store.derived { value(Cell(index: $0, differs: differs)) }
        }
    }

    /// Where a quantity of the model goes that somebody reads; nil where nobody does.
    package func computed(_ name: String) -> Column? { computed[name] }

    /// Cells of the batch; with padding; and enough of them to work out what all share.
    var cells: Range<Int> { store.cells }
    var paddedCells: Range<Int> { cells.lowerBound..<cells.lowerBound + padded(cells.count) }
    var firstBlock: Range<Int> { cells.lowerBound..<cells.lowerBound + blockSize }

    /// A derived column that is still to be filled, padding included.
    func derivedMemory(isShared: Bool) -> Column { isShared ? store.derivedShared(0) : store.derived { _ in 0 } }

    /// For each cell the least of some parameters among all cells of its population, wherever they are.
    package func least(_ names: [String]) -> Column {
        let columns = names.map { self[$0] }
        let ofCell = { (cell: Int) in columns.reduce(.infinity) { min($0, $1[cell]) } }
        if columns.allSatisfy({ $0.stride == 0 }) { return store.derivedShared(ofCell(0)) }
        guard let residents else {
            return store.derivedShared(leastOnRanks(names, store.cells.lazy.map(ofCell).min() ?? .infinity))
        }
        // padding is as the last population
        let least = residents.populations.flatMap { slots in
            repeatElement(slots.lazy.map(ofCell).min()!, count: slots.count)
        }
        return store.derived { least[min($0, least.count - 1)] }
    }

    /// The least and the greatest value of a column.
    package func range(_ column: Column) -> ClosedRange<Double>? {
        if column.stride == 0 { return column[0]...column[0] }
        let values = store.cells.lazy.map { column[$0] }
        guard let least = values.min(), let greatest = values.max() else { return nil }
        return least...greatest
    }
}
