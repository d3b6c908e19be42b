/// What cells have received at a port of a current or a signal, and hold during a step. In most networks nothing comes there: the column
/// is then neither read nor written, so that the other columns have the cache.
package struct HeldColumn {
    private let column: Column
    /// Was there something in it when the kernel was made?
    private let isFilled: Bool

    package init(_ columns: ModelColumns, _ name: String) {
        column = columns[name]
        isFilled = columns.range(column).map { $0 != 0...0 } ?? false
    }

    /// Can what cells hold differ from 0, now or from now on?
    @inline(__always)
    package func isHeard(_ input: HeldInput) -> Bool { input.isOpen || isFilled }

    /// Of a vector of cells; 0 where nothing is heard.
    @inline(__always)
    package func vector<Vector: LaneVector>(_ cell: Int, _ isHeard: Bool) -> Vector {
        isHeard ? column.vector(cell) : .zeros
    }

    @inline(__always)
    package func store(_ vector: some LaneVector, _ cell: Int, _ isHeard: Bool) {
        if isHeard { column.store(vector, cell) }
    }
}
