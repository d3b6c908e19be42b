import Equations

/// How lanes that have a spike of their target come to lie side by side, and go back.
struct TargetEvents {
    typealias Row = SynapseRows.Row

    /// Rows that the event needs, and those that it changes.
    private let gathered, scattered: FixedList<(from: Row, to: Row)>
    /// Are there states that each connection takes to the event by itself?
    let moves: Bool
    /// Does the event need its moment in ms?
    let needsMoments: Bool

    /// - `areApart`: whether states of senders come from their sender's last spike.
    init(
        _ plan: SynapsePlan, areApart: Bool, _ home: SynapseRows, _ work: SynapseRows, known: Row,
        ownParameters: [Int], _ reads: [ReadOfTargets]
    ) {
        let moving = areApart ? plan.movingConnections : plan.moving
        moves = !moving.isEmpty
        let onPost = plan.onPost, readsTime = onPost.program.leaves.contains { $0.kind == .time }
        needsMoments = moves || onPost.program.drawsRandomly || readsTime
        let programs = [areApart ? plan.moveConnections : plan.move, onPost.program] + plan.movePropagators.rates
        let states = (plan.readBefore + moving).map { Leaf(.state, $0) }
        let needed = Set(programs.flatMap(\.leaves) + states).sorted().filter { leaf in
            let index = Int(leaf.index)
            return switch leaf.kind {
            case .parameter: ownParameters.contains(index)
            // whoever only moves senders is told of no targets
            case .post: reads.dropFirst(index).first.map { $0.common == nil } ?? false
            case .state: !areApart || !plan.ofSenders.contains(index)
            case .weight, .delay: true
            default: false
            }
        }
        gathered = FixedList(needed.map { (home.row(of: $0)!, work.row(of: $0)!) })
        scattered = FixedList(
            Set(moving + onPost.states).sorted().map { (work.states[$0], home.states[$0]) }
                + (onPost.changesWeight ? [(work.weight, home.weight)] : []) + (moves ? [(work.time, known)] : []))
    }

    func gather(_ lanes: UnsafePointer<Int>, _ count: Int) {
        for (from, to) in gathered.all { for n in 0..<count { to[n] = from[lanes[n]] } }
    }

    func scatter(_ lanes: UnsafePointer<Int>, _ count: Int) {
        for (from, to) in scattered.all { for n in 0..<count { to[lanes[n]] = from[n] } }
    }
}
