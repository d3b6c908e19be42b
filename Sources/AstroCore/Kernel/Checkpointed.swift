/// A structure whose state checkpoints keep. It says next to its declaration what becomes of each stored property, and a test
/// compares that with the declaration: who adds a property has to decide.
protocol Checkpointed {
    /// Properties that are written and read.
    static var kept: [String] { get }
    /// Properties that follow from what is kept, or belong to the process: threads, buffers, wall times.
    static var made: [String] { get }
}

extension Checkpointed {
    /// Properties of which nobody has said what becomes of them, and names that no property has.
    var problems: [String] {
        let declared = Mirror(reflecting: self).children.compactMap(\.label), said = Self.kept + Self.made
        return Set(declared).symmetricDifference(said).sorted().map { "\(Self.self).\($0)" }
    }
}
