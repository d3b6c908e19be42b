/// Tells which position of the targets is a given source itself.
struct AutapseFilter {
    private let sources, targets: NodeIDs
    private let search: NodeSearch

    init(_ pre: NodeIDs, _ post: NodeIDs) { (sources, targets, search) = (pre, post, NodeSearch(post)) }

    func excludes(_ source: Int, _ target: Int) -> Bool { sources[source] == targets[target] }

    /// The position among the targets; nil where the source is none of them.
    func position(of source: Int) -> Int? { search.position(of: sources[source]) }

    func remove(_ source: Int, from targets: inout [UInt32], since start: Int) {
        guard let own = position(of: source) else { return }
        var kept = start
        for i in start..<targets.count where Int(targets[i]) != own {
            targets[kept] = targets[i]
            kept += 1
        }
        targets.removeLast(targets.count - kept)
    }
}
