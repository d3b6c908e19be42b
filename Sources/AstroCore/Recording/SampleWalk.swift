/// Goes through samples node by node.
struct SampleWalk {
    private let samples: SampleList
    private let owners: [Int]
    private var sample = 0, place = 0

    /// - `owners`: whose the nodes are, in the order in which they stand in a sample.
    init(_ samples: SampleList, _ owners: [Int]) { (self.samples, self.owners) = (samples, owners) }

    /// Some events: when, whose, and where the node stands in a sample.
    struct Events {
        var stamps: [Int] = [], owners: [Int] = [], places: [Int] = []

        var ownership: Ownership {
            var result = Ownership()
            for owner in owners { result.add(owner) }
            return result
        }
    }

    /// The next events, at most so many.
    mutating func next(_ count: Int) -> Events {
        var events = Events(), left = count
        while left > 0, sample < samples.count {
            let (stamp, width) = samples[sample], number = min(left, width - place)
            events.stamps += repeatElement(stamp, count: number)
            events.owners += owners[place..<place + number]
            events.places += place..<place + number
            left -= number
            place += number
            if place == width { (sample, place) = (sample + 1, 0) }
        }
        return events
    }

    var rest: Events {
        var copy = self
        return copy.next(.max)
    }
}
