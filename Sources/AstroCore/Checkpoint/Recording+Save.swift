/// What a recorder has recorded, in sections of a checkpoint.
extension Recording {
    /// Events in a section: some megabytes.
    static let sectionSize = 1 << 20

    func write(to writer: CheckpointWriter, number: Int, isNode: Bool) throws {
        sortIfNeeded()
        let numbers = writer.together.sum([count, forgotten])
        try writer.put(.recording, number) { write(events: numbers, isNode, to: &$0) }
        if isSpikes {
            try forEachPieceOfSpikes(Self.sectionSize, writer.together) { spikes in
                try writer.put(.spikes, number) { contents in
                    contents.put(near: spikes.map(\.stamp))
                    contents.put(near: spikes.map { Int($0.sender) })
                }
            }
        } else {
            try forEachPieceOfSamples(Self.sectionSize, writer.together) { quantity, values in
                try writer.put(.samples, quantity) { $0.put(raw: values) }
            }
        }
    }

    /// - `events`: on all ranks, and how many of them are not in memory any more.
    private func write(events: [Int], _ isNode: Bool, to contents: inout SectionWriter) {
        contents.put(isNode)
        contents.put(label)
        contents.put(quantities.count)
        quantities.forEach { contents.put($0) }
        schedule.write(to: &contents)
        contents.put(lastStamp)
        events.forEach { contents.put($0) }
        contents.put(firstStamp)
        contents.put(near: sampledByAll)
        contents.put(near: recordedIDs)
        let list = samplesOfAll?.list ?? samples.list
        contents.put(near: list.map(\.stamp))
        contents.put(near: list.map(\.width))
        contents.put(stream != nil)
        stream?.position.write(to: &contents)
    }

    /// Calls `body` on the first rank with all spikes, so many at a time.
    private func forEachPieceOfSpikes(
        _ size: Int, _ together: Together, _ body: ([Spike]) throws -> Void
    ) rethrows {
        var next = 0, waiting: [Spike] = [], isLast = false
        while !isLast {
            // all spikes up to the time that each rank can go to
            let offered = min(spikes.count, next + max(1, size / together.ranks.count))
            let limit = together.least(offered < spikes.count ? spikes[offered - 1].stamp : Int.max)
            var end = next
            while end < spikes.count, spikes[end].stamp <= limit { end += 1 }
            let parts = together.toFirst(Array(spikes[next..<end]))
            waiting += parts.count == 1 ? parts[0] : parts.joined().ordered { ($0.stamp, Int($0.sender)) }
            (next, isLast) = (end, limit == .max)
            while waiting.count >= size || isLast && !waiting.isEmpty {
                try body(Array(waiting.prefix(size)))
                waiting.removeFirst(min(size, waiting.count))
            }
        }
    }

    /// Calls `body` on the first rank with all samples of each quantity, so many at a time.
    private func forEachPieceOfSamples(
        _ size: Int, _ together: Together, _ body: (Int, UnsafeBufferPointer<Double>) throws -> Void
    ) rethrows {
        guard let samplesOfAll else {
            for first in stride(from: 0, to: samples.count, by: size) {
                for quantity in samples.quantities {
                    try body(quantity, samples.values(quantity, first..<min(first + size, samples.count)))
                }
            }
            return
        }
        var walk = SampleWalk(samplesOfAll.list, samplesOfAll.owners), first = 0
        while true {
            let piece = walk.next(size).ownership
            if piece.count == 0 { return }
            let own = piece.pieces.reduce(0) { $0 + ($1.rank == together.ranks.rank ? $1.count : 0) }
            for quantity in samples.quantities {
                let part = Array(samples.values(quantity, first..<first + own))
                try together.toFirst(part, piece).withUnsafeBufferPointer { try body(quantity, $0) }
            }
            first += own
        }
    }
}

extension Schedule {
    func write(to contents: inout SectionWriter) {
        [window.start, window.stop, window.origin, interval, offset].forEach { contents.put($0) }
    }

    /// - `samples`: there has to be an interval.
    init(_ contents: inout SectionReader, samples: Bool) throws {
        let steps = -TimeGrid.never...TimeGrid.never
        window = ActivityWindow(
            start: try contents.int(steps, "start"), stop: try contents.int(steps, "stop"),
            origin: try contents.int(steps, "origin"))
        interval = try contents.int((samples ? 1 : 0)...TimeGrid.never, "interval")
        offset = try contents.int(steps, "offset")
    }
}
