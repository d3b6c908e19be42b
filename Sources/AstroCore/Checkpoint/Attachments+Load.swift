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
        let number = try contents.int()
        guard recordings.indices.contains(number), recordings[number].isSpikes == ofSpikes else {
            throw contents.damaged("there is no such recorder")
        }
        return recordings[number]
    }

    private func sampler(of population: Population, _ contents: inout SectionReader) throws -> Sampler {
        let recording = try recording(&contents, ofSpikes: false)
        let cells = try contents.near(0..<population.count, "node")
        let places = try contents.near(0..<recording.sampled.count, "place")
        try contents.require(cells.count == places.count, "nodes and places differ in number")
        let known = population.recordables.map(\.name)
        try contents.require(
            recording.quantities.allSatisfy(known.contains), "\(population.modelName) lacks a recorded quantity")
        return Sampler(recording: recording, cells: cells, places: places)
    }

    private func spikeListener(of population: Population, _ contents: inout SectionReader) throws -> SpikeListener {
        let recording = try recording(&contents, ofSpikes: true)
        var members = [Bool](repeating: false, count: population.count)
        for cell in try contents.near(0..<population.count, "node") { members[cell] = true }
        return SpikeListener(recording: recording, members: members)
    }

    private func deviceListener(_ contents: inout SectionReader) throws -> DeviceListener {
        let recording = try recording(&contents, ofSpikes: true)
        let number = try contents.int(0...simulation.populationList.count - 1, "population")
        let population = simulation.populationList[number]
        let device = try contents.int(0...max(0, (population.devices?.count ?? 0) - 1), "generator")
        try contents.require(population.devices != nil, "a generator is a cell")
        return DeviceListener(
            recording: recording, population: population, device: device,
            streamNumber: try contents.int(0...1 << 40, "stream"), since: try contents.int(0...simulation.now, "time"))
    }

    // MARK: Input on its way

    private struct Arrivals {
        let input: PendingInput
        let ahead: Int
        let cells: [Int]
        let values: [Double]
    }

    func readPending() throws {
        for population in simulation.populationList {
            guard let cells = population.cells else { continue }
            if isBuilt { cells.forgetPending() }
            var (_, contents) = try reader.take(.pending)
            let kinds = PendingInput.all(cells.model.inputs)
            var number = try contents.int()
            while number >= 0 {
                guard let input = kinds.first(where: { $0.number == number }) else {
                    throw contents.damaged("\(cells.model.name) has no input of kind \(number)")
                }
                let ahead = try contents.int(1...2 * Int(UInt16.max), "time of arrival")
                let places = try contents.near(0..<cells.count, "node")
                let values = try contents.doubles(places.count)
                try contents.require(
                    !cells.model.inputs.countsSpikes || values.allSatisfy { $0 >= 0 && $0 < 1e9 && $0 == $0.rounded() },
                    "a number of spikes is no number")
                try put(Arrivals(input: input, ahead: ahead, cells: places, values: values), into: cells)
                number = try contents.int()
            }
            try contents.finish()
        }
    }

    private func put(_ arrivals: Arrivals, into cells: Cells) throws {
        let slots = simulation.slots(ahead: arrivals.ahead)
        for share in cells.shares where share.plane.slots < slots || !arrivals.input.isReady(share.plane) {
            try Memory.refuse(
                Double(share.plane.size * (share.plane.channels + 2) * slots * 8), for: "input buffers")
            share.plane.prepare(
                slots: slots, now: simulation.now + 1, currents: arrivals.input.isCurrent,
                slowInwardCurrents: arrivals.input.isSlowInwardCurrent)
        }
        for (cell, value) in zip(arrivals.cells, arrivals.values) {
            guard let share = cells.share(of: cell) else { continue }
            let row = arrivals.input.row(share.plane, stamp: simulation.now + arrivals.ahead)!
            row[share.offset + cell - share.cells.lowerBound] = value
        }
    }
}

extension PendingInput {
    fileprivate var isCurrent: Bool {
        if case .current = self { return true }
        return false
    }

    fileprivate var isSlowInwardCurrent: Bool {
        if case .slowInwardCurrent = self { return true }
        return false
    }

    /// Is there memory for it?
    fileprivate func isReady(_ plane: InputPlane) -> Bool { plane.slots > 0 && row(plane, stamp: 0) != nil }
}

extension Cells {
    /// Nothing is on its way to them any more.
    fileprivate func forgetPending() {
        for share in shares where share.plane.slots > 0 {
            for input in PendingInput.all(model.inputs) {
                for slot in 0..<share.plane.slots {
                    guard let row = input.row(share.plane, stamp: slot) else { continue }
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
