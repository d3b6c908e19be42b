extension Simulation {
    /// Writes the whole state. What `load` makes of it goes on bit for bit as this would, on any number of threads.
    ///
    /// The file is written aside and renamed: whatever happens meanwhile, an older one stays as it was until this one is whole.
    public func save(to path: String) throws {
        guard !isRunning else { throw InputError("the simulation is running") }
        try CheckpointWriter.write(to: path, ranks.together) { try write(to: $0) }
    }

    /// All that makes up the state, in an order that depends on no thread and no rank.
    package func write(to writer: CheckpointWriter, number: Int = 0) throws {
        let events = writer.together.sum([figures.events])[0]
        try writer.put(.simulation, number) { writeClock(events: events, to: &$0) }
        let recordings = numberedRecordings
        for (i, recording) in recordings.enumerated() {
            try recording.write(to: writer, number: i, isNode: i >= self.recordings.count)
        }
        let numbers = Dictionary(
            recordings.enumerated().map { (ObjectIdentifier($1), $0) }, uniquingKeysWith: { first, _ in first })
        for population in populationList { try write(population, numbers, to: writer) }
        for (i, projection) in projections.enumerated() { try write(projection, i, to: writer) }
        for (i, projection) in signalProjections.enumerated() {
            try writer.put(.signals, i, merging: SignalSection.merge) { SignalSection(projection).write(to: &$0) }
        }
        for (i, link) in links.enumerated() { try write(link, i, to: writer) }
        try writer.put(
            .attachments, merging: { try SectionParts.mergeAttachments(&$0, populations: populationList.count) },
            { writeAttachments(numbers, to: &$0) })
        for population in populationList {
            guard let cells = population.cells else { continue }
            try writer.put(
                .pending, population.index, merging: { try PendingRow.merge(&$0, cells: cells.count) },
                { writePending(cells, to: &$0) })
        }
        try writeHistories(to: writer)
        try writeSteps(to: writer)
        try writeThirdSpikes(to: writer)
        try writePairedSpikes(to: writer)
        try writeConnectionRecorders(to: writer)
        try writer.put(.end, number) { _ in }
    }

    private func writeClock(events: Int, to contents: inout SectionWriter) {
        contents.put("astrolua \(Catalogue.version)")
        contents.put(resolution)
        contents.put(Int(seed))
        contents.put(spikes.rawValue)
        contents.put(now)
        [nodeCount, connectCalls, sampleCalls, assignments].forEach { contents.put($0) }
        [streamedPopulations, streamedNodes, figures.spikes, events].forEach { contents.put($0) }
        [numberedRecordings.count, populationList.count, projections.count].forEach { contents.put($0) }
        [signalProjections.count, links.count].forEach { contents.put($0) }
    }

    /// Those of `record` in order, then those of nodes.
    var numberedRecordings: [Recording] {
        recordings
            + populationList.flatMap { $0.recorders.map(\.recording) }
    }

    // MARK: Nodes

    private func write(_ population: Population, _ numbers: [ObjectIdentifier: Int], to writer: CheckpointWriter) throws
    {
        try writer.put(.population, population.index) { contents in
            contents.put(population.modelName)
            contents.put(population.label)
            [population.count, population.stream, population.firstStreamed].forEach { contents.put($0) }
            contents.put(population.cells?.starts.count ?? 0)
            if let source = population.cells?.model.source { source.encoded.forEach { contents.put($0) } }
        }
        if let cells = population.cells {
            for start in cells.starts.sorted(by: { $0.name < $1.name }) {
                try writer.put(
                    .column, population.index, merging: { try SectionParts.mergeColumns(&$0, cells.deal) },
                    { cells.write(start, to: &$0) })
            }
        }
        if let layer = population.layer {
            try writer.put(.positions, population.index) { layer.write(to: &$0) }
        }
        guard let devices = population.devices else { return }
        try writer.put(.devices, population.index) { contents in
            for (i, device) in devices.enumerated() {
                contents.put(device.values)
                contents.put(population.recorder(i).map { numbers[ObjectIdentifier($0.recording)]! })
                contents.put(device.carried)
            }
        }
    }

    /// What is on its way to cells: for each port and each stamp to come, those that it is not 0 for.
    private func writePending(_ cells: Cells, to contents: inout SectionWriter) {
        let shares = cells.shares, slots = shares.map(\.plane.slots).max() ?? 0
        for input in cells.model.ports.inputs {
            for ahead in stride(from: 1, to: slots, by: 1) {
                var found: [(cell: Int, value: Double)] = []
                for share in shares where ahead < share.plane.slots {
                    guard let row = share.plane.row(of: input, stamp: now + ahead) else { continue }
                    for cell in share.cells {
                        let value = row[share.offset + cell - share.cells.lowerBound]
                        if value.bitPattern != 0 { found.append((cell, value)) }
                    }
                }
                PendingRow(
                    input: input.code, ahead: ahead, cells: found.map(\.cell), values: found.map(\.value)
                ).write(to: &contents)
            }
        }
        contents.put(-1)
    }

    /// Only where synapses look back at their targets' spikes.
    private func writeHistories(to writer: CheckpointWriter) throws {
        forgetUnreadHistory(writer.together)
        for population in populationsWithHistory {
            try writer.put(
                .history, population.index, merging: { try HistorySection.merge(&$0) },
                { contents in
                    var section = HistorySection()
                    forEachHistory(population) { section.add($0, Array($1), $2.names, $2.values) }
                    section.write(to: &contents)
                })
        }
    }

    private func write(_ link: DeviceLink, _ number: Int, to writer: CheckpointWriter) throws {
        let fault = firstNegativeArrival(of: link, writer.together)
        let ends = try LinkPart(link, targets: targets(of: link)).whole(writer.together)
        try writer.put(.link, number) { contents in
            [link.population, link.device, link.streamNumber, link.number].forEach { contents.put($0) }
            [link.receptor, link.since, link.trainsSince].forEach { contents.put($0) }
            contents.put(fault != nil)
            if let fault { [fault.stamp, fault.target].forEach { contents.put($0) } }
            contents.put(near: ends.targets)
            contents.put(near: ends.delays)
            contents.put(ends.weights)
            if !link.removed.isEmpty { contents.put(near: link.removed) }
        }
    }

    /// When a negative weight arrives where none may, and the id of the cell: the first on all ranks.
    private func firstNegativeArrival(
        of link: DeviceLink, _ together: Together
    ) -> (stamp: Int, target: Int)? {
        let mine = link.negativeArrival.map { (stamp: $0.stamp, target: id(at: $0.place, of: $0.plane)) }
        let stamp = -together.greatest(-(mine?.stamp ?? .max))
        let target = -together.greatest(-(mine?.stamp == stamp ? mine!.target : .max))
        return stamp == .max ? nil : (stamp, target)
    }

    // MARK: Recorders

    private func writeAttachments(_ numbers: [ObjectIdentifier: Int], to contents: inout SectionWriter) {
        for population in populationList { write(population, numbers, to: &contents) }
        contents.put(deviceListeners.count)
        for listener in deviceListeners { listener.write(numbers, to: &contents) }
    }

    private func write(
        _ population: Population, _ numbers: [ObjectIdentifier: Int], to contents: inout SectionWriter
    ) {
        contents.put(population.samplers.count)
        for sampler in population.samplers {
            contents.put(numbers[ObjectIdentifier(sampler.recording)]!)
            contents.put(near: sampler.cells)
            contents.put(near: placesAmongAll(sampler))
        }
        contents.put(population.spikeListeners.count)
        for listener in population.spikeListeners {
            contents.put(
                numbers[ObjectIdentifier(listener.recording)]! | (listener.event.map { $0 + 1 } ?? 0)
                    << SpikeListener.eventShift)
            contents.put(near: listener.cells.map { Int($0) })
        }
    }
}

extension Layer {
    fileprivate func write(to contents: inout SectionWriter) {
        contents.put(dimensions)
        contents.put(wrap ?? [])
        contents.put(coordinates)
    }
}

extension Cells {
    /// A column: a value for all cells, or that of each own one. Who has none of the cells has nothing to say.
    fileprivate func write(_ start: ColumnStart, to contents: inout SectionWriter) {
        guard batch != nil else { return }
        let column = column(start.name),
            values = UnsafeBufferPointer(start: column.base + own.lowerBound * column.stride, count: own.count)
        let isShared =
            column.stride == 0
            || deal.isGathered && !start.isState && own.allSatisfy { column[$0].bitPattern == column[0].bitPattern }
        contents.put(start.name)
        contents.put(isShared)
        // a rank that owns none of the cells knows what all share, too
        let shared = own.isEmpty ? UnsafeBufferPointer(start: column.base, count: 1) : .init(rebasing: values.prefix(1))
        contents.put(raw: isShared ? shared : values)
    }
}

extension DeviceListener {
    fileprivate func write(_ numbers: [ObjectIdentifier: Int], to contents: inout SectionWriter) {
        contents.put(numbers[ObjectIdentifier(recording)]!)
        [population.index, device, streamNumber, since].forEach { contents.put($0) }
    }
}

extension Sampler: Checkpointed {
    static let kept = ["recording", "runs"]
    static let made: [String] = []
}

extension SpikeListener: Checkpointed {
    static let kept = ["recording", "cells", "event"]
    static let made: [String] = []

    /// Where the number of an event stands, above that of the recording; 0 stands for spikes.
    static let eventShift = 32
}
