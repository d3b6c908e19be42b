/// What several ranks sample together: when, and of which nodes. The values are with the owners of the nodes.
struct SharedSamples {
    /// In the order of their connecting: global ids.
    private(set) var nodes: [Int] = []
    /// The rank that has each of them.
    private(set) var owners: [Int] = []
    private(set) var list = SampleList()

    init() {}

    init(_ list: SampleList, nodes: [Int], owners: [Int]) {
        (self.list, self.nodes, self.owners) = (list, nodes, owners)
    }

    mutating func add(_ ids: [Int], _ owner: (Int) -> Int) {
        nodes += ids
        owners += ids.map(owner)
    }

    mutating func append(_ stamps: EvenRun) { list.append(stamps, width: nodes.count) }

    mutating func cut(after stamp: Int) { _ = list.cut(after: stamp) }

    mutating func removeAll() { list = SampleList() }

    /// The owner of each value.
    var ownership: Ownership { SampleWalk(list, owners).rest.ownership }

    /// Where the nodes of a rank stand.
    func places(of rank: Int) -> [Int] { owners.indices.filter { owners[$0] == rank } }
}
