/// One quantity of all cells of a population: an array, or a single value that all share.
///
/// The memory is padded to whole blocks and aligned for vectors. A shared value is stored `blockSize` times and read
/// with stride 0, so that kernels read both kinds alike.
package struct Column: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Double>
    /// 1, or 0 when all cells share the value.
    package let stride: Int

    @inline(__always)
    package subscript(cell: Int) -> Double {
        get { base[cell &* stride] }
        nonmutating set { base[cell &* stride] = newValue }
    }

    /// As cells see it whose numbers are smaller by `shift`.
    func shifted(by shift: Int) -> Column { Column(base: base + shift * stride, stride: stride) }

    @inline(__always)
    package func lanes(_ cell: Int) -> Lanes { Lanes(at: base + cell &* stride) }

    @inline(__always)
    package func vector<Vector: LaneVector>(_ cell: Int) -> Vector { Vector(at: base + cell &* stride) }

    @inline(__always)
    package func store(_ x: some LaneVector, _ cell: Int) { x.store(at: base + cell) }
}

package func padded(_ count: Int, to multiple: Int = blockSize) -> Int { (count + multiple - 1) / multiple * multiple }

/// The memory that the columns of a batch live in. A column's base lies so that cells keep their numbers.
final class ColumnStore {
    /// Grows from its end, within `capacity`.
    var cells: Range<Int>
    /// Cells that columns have room for.
    var capacity: Int
    private var owned: [UnsafeMutablePointer<Double>] = []
    /// Columns computed from others, thrown away when those change.
    private var derivedColumns: [UnsafeMutablePointer<Double>] = []
    private(set) var derivedBytes = 0

    /// - `cells`: begin at a multiple of `blockSize`.
    init(_ cells: Range<Int>) {
        self.cells = cells
        capacity = padded(cells.count)
    }

    deinit {
        releaseDerived()
        owned.forEach { $0.deallocate() }
    }

    func releaseDerived() {
        derivedColumns.forEach { $0.deallocate() }
        derivedColumns.removeAll()
        derivedBytes = 0
    }

    static func allocate(_ count: Int) -> UnsafeMutablePointer<Double> {
        let memory = Memory.allocate(bytes: max(count, 1) * 8)
        return memory.bindMemory(to: Double.self, capacity: max(count, 1))
    }

    func shared(_ value: Double) -> Column { make(blockSize, value, stride: 0) }

    func array(_ value: Double) -> Column { make(capacity, value, stride: 1) }

    /// A column of its own value for each cell, with the values of `column`.
    func spread(_ column: Column) -> Column {
        if column.stride == 1 { return column }
        let result = array(column[0])
        release(column)
        return result
    }

    /// A column with room for as many cells as are wanted now; behind its cells it is filled with a value.
    func moved(_ column: Column, filling value: Double) -> Column {
        let result = array(value)
        (result.base + cells.lowerBound).update(from: column.base + cells.lowerBound, count: cells.count)
        release(column)
        return result
    }

    /// A column of a value that all cells share, thrown away with those that derive from others.
    func derivedShared(_ value: Double) -> Column { derived(blockSize, stride: 0) { _ in value } }

    /// A column of a value for each cell, by its index.
    func derived(_ value: (Int) -> Double) -> Column { derived(padded(cells.count), stride: 1, value) }

    private func derived(_ size: Int, stride: Int, _ value: (Int) -> Double) -> Column {
        let memory = Self.allocate(size)
        derivedColumns.append(memory)
        derivedBytes += size * 8
        for i in 0..<size { (memory + i).initialize(to: value(cells.lowerBound + i)) }
        return column(memory, stride: stride)
    }

    private func column(_ memory: UnsafeMutablePointer<Double>, stride: Int) -> Column {
        Column(base: memory - cells.lowerBound * stride, stride: stride)
    }

    func release(_ column: Column) {
        guard let index = owned.firstIndex(of: column.base + cells.lowerBound * column.stride) else { return }
        owned.remove(at: index).deallocate()
    }

    private func make(_ size: Int, _ value: Double, stride: Int) -> Column {
        let memory = Self.allocate(size)
        memory.initialize(repeating: value, count: size)
        owned.append(memory)
        return column(memory, stride: stride)
    }
}
