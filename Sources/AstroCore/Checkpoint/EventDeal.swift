/// Which of a checkpoint's events are this rank's.
final class EventDeal {
    private var walk: SampleWalk
    private var place = 0
    /// Of all events that are kept, the first so many are in the recorder's file.
    private let inFile: Int
    private let ranks: Ranks
    /// Of the own ones that were found.
    private(set) var written = 0

    init(_ samples: SampleList, owners: [Int], inFile: Int, _ ranks: Ranks) {
        walk = SampleWalk(samples, owners)
        (self.inFile, self.ranks) = (inFile, ranks)
    }

    /// The places of own ones among the next events.
    private func own(_ count: Int, _ owners: () -> [Int]) -> [Int] {
        let all = 0..<count
        let own = ranks.isAlone ? Array(all) : zip(all, owners()).filter { $1 == ranks.rank }.map(\.0)
        written += own.count { place + $0 < inFile }
        place += count
        return own
    }

    func own(of senders: [Int], _ owner: (Int) -> Int) -> [Int] { own(senders.count) { senders.map(owner) } }
    func ownSamples(_ count: Int) -> [Int] { own(count) { walk.next(count).owners } }
}
