/// A spike in the order of delivery.
struct OrderedSpike {
    var lag: Int32
    var population: Int32
    var cell: Int32
    var carried: UnsafePointer<Double>

    nonisolated(unsafe) static let nothingCarried = UnsafePointer(ColumnStore.allocate(1))
}
