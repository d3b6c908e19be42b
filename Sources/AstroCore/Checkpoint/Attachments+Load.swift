/// What recorders are attached to, and what is on its way to cells.
extension CheckpointLoader {
    func readAttachments() throws {
        var (_, contents) = try reader.take(.attachments)
        for population in simulation.populationList {
            population.samplers = try (0..<(try contents.count())).map { _ in try sampler(of: population, &contents) }
            population.spikeListeners = try (0..<(try contents.count())).map { _ in
                try spikeListener(of: population, &contents)
            }
        }
        simulation.deviceListeners = try (0..<(try contents.count())).map { _ in try deviceListener(&contents) }
        try contents.finish()
    }

    private func recording(_ contents: inout SectionReader, ofSpikes: Bool) throws -> Recording {
        try recording(number: try contents.int(), contents, ofSpikes: ofSpikes)
    }

    private func recording(number: Int, _ contents: SectionReader, ofSpikes: Bool) throws -> Recording {
        guard recordings.indices.contains(number), recordings[number].isSpikes == ofSpikes else {
            throw contents.damaged("there is no such recorder")
        }
        return recordings[number]
    }

    private func sampler(of population: Population, _ contents: inout SectionReader) throws -> Sampler {
        let recording = try recording(&contents, ofSpikes: false)
        let cells = try contents.near(0..<population.count, "node")
        let places = try contents.near(0..<recording.sampledByAll.count, "place")
        try contents.require(cells.count == places.count, "nodes and places differ in number")
        let known = population.recordables.map(\.name)
        try contents.require(
            recording.quantities.allSatisfy(known.contains), "\(population.modelName) lacks a recorded quantity")
        let ids = recording.sampledByAll
        try contents.require(
            zip(cells, places).allSatisfy { ids[$1] == population.firstID + $0 }, "a place belongs to another node")
        return simulation.ownSampler(Sampler(recording: recording, cells: cells, places: places))
    }

    private func spikeListener(of population: Population, _ contents: inout SectionReader) throws -> SpikeListener {
        let code = try contents.int(), event = code >> SpikeListener.eventShift
        let recording = try recording(number: code & (1 << SpikeListener.eventShift - 1), contents, ofSpikes: true)
        try contents.require(
            event >= 0 && event <= population.cells?.model.events.count ?? 0,
            "\(population.modelName) lacks a recorded event")
        let own = population.cells?.own ?? 0..<population.count
        let cells = try contents.near(0..<population.count, "node")
        try contents.require(zip(cells, cells.dropFirst()).allSatisfy { $0 < $1 }, "recorded nodes are not in order")
        return SpikeListener(
            recording: recording, cells: cells.filter(own.contains).map { Int32($0) },
            event: event == 0 ? nil : event - 1)
    }

    private func deviceListener(_ contents: inout SectionReader) throws -> DeviceListener {
        let recording = try recording(&contents, ofSpikes: true)
        let number = try contents.int(0...simulation.populationList.count - 1, "population")
        let population = simulation.populationList[number]
        let device = try contents.int(0...max(0, (population.devices?.count ?? 0) - 1), "generator")
        try contents.require(population.spikeSource(device) != nil, "a generator sends no spikes")
        return DeviceListener(
            recording: recording, population: population, device: device,
            streamNumber: try contents.int(ClosedRange(DeviceListener.streamNumbers), "stream"),
            since: try contents.int(0...simulation.now, "time"))
    }

    // MARK: Input on its way

    func readPending() throws {
        let ranks = simulation.ranks
        for population in simulation.populationList {
            guard let cells = population.cells else { continue }
            if isBuilt { cells.forgetPending() }
            var (_, contents) = try reader.take(.pending) {
                try PendingRow.split(&$0, cells.deal, ranks: ranks.count)
            }
            try together.agree {
                while let row = try PendingRow.next(&contents, cells: cells.count) {
                    try put(row, into: cells, contents)
                }
                try contents.finish()
            }
        }
    }

    private func put(_ row: PendingRow, into cells: Cells, _ contents: SectionReader) throws {
        let ports = cells.model.ports
        guard let input = ports.inputs.first(where: { $0.code == row.input }) else {
            throw contents.damaged("\(cells.model.name) has no input of kind \(row.input)")
        }
        try contents.require(
            !ports.counts(input) || row.values.allSatisfy { $0 >= 0 && $0 < 1e9 && $0 == $0.rounded() },
            "a count of spikes is not a whole number")
        let slots = simulation.slots(ahead: row.ahead)
        for share in cells.shares where share.plane.slots < slots || !share.plane.isReady(input) {
            try Memory.refuse(
                Double(share.plane.size * (ports.spikeRows + 2) * slots * 8), for: "input buffers")
            share.plane.prepare(slots: slots, now: simulation.now + 1) { $0.port == input.port }
        }
        for (cell, value) in zip(row.cells, row.values) {
            guard let share = cells.share(of: cell) else { continue }
            share.plane.row(of: input, stamp: simulation.now + row.ahead)![
                share.offset + cell - share.cells.lowerBound] =
                value
        }
    }
}

extension Cells {
    /// Nothing is on its way to them any more.
    fileprivate func forgetPending() {
        for share in shares where share.plane.slots > 0 {
            for input in model.ports.inputs {
                for slot in 0..<share.plane.slots {
                    guard let row = share.plane.row(of: input, stamp: slot) else { continue }
                    (row + share.offset).update(repeating: 0, count: share.cells.count)
                }
            }
        }
    }
}

extension Simulation {
    /// Slots of a ring that holds what arrives so many steps from now beside what the next slices send.
    fileprivate func slots(ahead: Int) -> Int {
        var slots = 1
        while slots < ahead + sliceLength + 1 { slots *= 2 }
        return slots
    }
}
