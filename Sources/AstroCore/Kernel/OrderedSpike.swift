/// A spike in the order of delivery.
struct OrderedSpike {
    var lag: Int32
    var population: Int32
    var cell: Int32
    var carried: UnsafePointer<Double>

    /// Do both come from one cell at one moment?
    func isOfSameMoment(as other: OrderedSpike) -> Bool {
        (lag, population, cell) == (other.lag, other.population, other.cell)
    }

    nonisolated(unsafe) static let nothingCarried = UnsafePointer(ColumnStore.allocate(1))
}
