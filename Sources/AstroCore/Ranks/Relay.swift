import CMPI

/// A value that goes from rank to rank, each adding its part: for what has to be done in one order.
struct Relay<Value: BitwiseCopyable> {
    private var value: Value
    private var holder = 0
    private let ranks: Ranks

    init(_ value: Value, _ together: Together) { (self.value, ranks) = (value, together.ranks) }

    /// Lets one rank add to the value. All ranks call this in the same order.
    mutating func pass(to rank: Int, _ add: (inout Value) -> Void) {
        if rank != holder {
            if ranks.rank == holder { withUnsafeBytes(of: value) { mpi_send(Int32(rank), $0.baseAddress, $0.count) } }
            if ranks.rank == rank {
                withUnsafeMutableBytes(of: &value) { mpi_receive(Int32(holder), $0.baseAddress, $0.count) }
            }
            holder = rank
        }
        if ranks.rank == rank { add(&value) }
    }

    /// Adds what all ranks know.
    mutating func addHere(_ add: (inout Value) -> Void) {
        if ranks.rank == holder { add(&value) }
    }

    /// Lets each rank that has cells of a population add to the value, in order of cells.
    mutating func passAlong(_ deal: Deal, _ add: (inout Value) -> Void) {
        for rank in 0..<ranks.count where !deal.cells(of: rank).isEmpty { pass(to: rank, add) }
    }

    /// The value, on all ranks.
    mutating func end() -> Value {
        if ranks.isAlone { return value }
        withUnsafeMutableBytes(of: &value) { mpi_broadcast(Int32(holder), $0.baseAddress, $0.count) }
        return value
    }
}
