/// Recorders of connections, and what they have recorded, in a checkpoint.
///
/// Where a connection is stored depends on ranks and threads. So it goes by what does not: its connect call, its ends, and which of the
/// parallel ones it is.
extension Simulation {
    func writeConnectionRecorders(to writer: CheckpointWriter) throws {
        for (index, recorder) in connectionRecordings.enumerated() {
            let members = allMembers(of: recorder, writer.together)
            let events = recorder.samples.ofAll(writer.together)
            let forgotten = writer.together.sum([recorder.recording.forgotten])[0]
            try writer.put(.connectionRecorder, index) { contents in
                recorder.writeHead(to: &contents)
                for part in [\ConnectionName.projection, \.source, \.target, \.occurrence] {
                    contents.put(near: members.map { $0[keyPath: part] })
                }
                contents.put(near: events.map(events.stamp))
                contents.put(near: events.map { events.member($0).number })
                for name in events.names.indices { contents.put(events.map { events.value(name, $0) }) }
                contents.put(forgotten)
                contents.put(recorder.recording.stream != nil)
                recorder.recording.stream?.position.write(to: &contents)
            }
        }
    }

    /// Of all ranks, in the order of the handle that was recorded.
    private func allMembers(of recorder: ConnectionRecording, _ together: Together) -> [ConnectionName] {
        var rows: [RowOfProjection: [PlaceInRow: ConnectionName]] = [:]
        var own: [NumberedName] = []
        for (number, reference) in zip(recorder.samples.members.map(\.number), recorder.references) {
            guard case .spike(let p, let row, let segment, let index) = reference else { continue }
            let ofRow = RowOfProjection(projection: Int(p), row: Int(row))
            if rows[ofRow] == nil { rows[ofRow] = Dictionary(uniqueKeysWithValues: named(ofRow).map { ($1, $0) }) }
            own.append(NumberedName(number: number, name: rows[ofRow]![PlaceInRow(segment: segment, index: index)]!))
        }
        return together.gather(own).all.ordered { $0.number }.map(\.name)
    }

    /// The own connections of a row: their names, and where they are.
    fileprivate func named(_ place: RowOfProjection) -> [(ConnectionName, PlaceInRow)] {
        let projection = projections[place.projection], source = projection.sources[place.row]
        var found: [(ConnectionName, PlaceInRow)] = []
        for (s, segment) in projection.segments.enumerated() {
            guard let chunk = segment.chunks[place.row / Projection.rowsPerChunk] else { continue }
            var ids = PlaceIDs(segment, self), counts: [Int: Int] = [:]
            for index in chunk.connections(ofRow: place.row % Projection.rowsPerChunk) {
                let target = ids.id(Int(chunk.targets[index]))
                let name = ConnectionName(
                    projection: place.projection, source: source, target: target,
                    occurrence: counts[target, default: 0])
                counts[target, default: 0] += 1
                found.append((name, PlaceInRow(segment: Int32(s), index: Int32(index))))
            }
        }
        return found
    }
}

private struct ConnectionName: Hashable, BitwiseCopyable {
    let projection, source, target, occurrence: Int
}

private struct NumberedName: BitwiseCopyable {
    let number: Int
    let name: ConnectionName
}

private struct RowOfProjection: Hashable {
    let projection, row: Int
}

private struct PlaceInRow: Hashable {
    let segment, index: Int32
}

extension ConnectionRecording {
    fileprivate func writeHead(to contents: inout SectionWriter) {
        contents.put(recording.label)
        contents.put(samples.names.count)
        samples.names.forEach { contents.put($0) }
        contents.put(samples.isOfSpikes)
        recording.schedule.write(to: &contents)
        contents.put(recording.lastStamp)
        contents.put(recording.firstStamp)
    }
}

extension CheckpointLoader {
    func readConnectionRecorders() throws {
        let built = isBuilt ? simulation.connectionRecordings : []
        var count = 0
        while var (_, contents) = try reader.takeIf(.connectionRecorder) {
            try same(!isBuilt || count < built.count, "numbers of recorders of connections")
            let recorder = try readConnectionRecorder(&contents)
            if isBuilt {
                try same(
                    (built[count].samples.names, built[count].references.count)
                        == (recorder.samples.names, recorder.references.count), "recorded connections")
                built[count].takeOver(recorder)
            } else {
                simulation.connectionRecordings.append(recorder)
            }
            count += 1
        }
        try same(!isBuilt || count == built.count, "numbers of recorders of connections")
    }

    private func readConnectionRecorder(_ contents: inout SectionReader) throws -> ConnectionRecording {
        let steps = -TimeGrid.never...TimeGrid.never
        let label = try contents.optionalText()
        let names = try (0..<(try contents.count())).map { _ in try contents.text() }
        let isOfSpikes = try contents.flag()
        let schedule = try Schedule(&contents, samples: !isOfSpikes)
        let lastStamp = try contents.int(steps, "time"), firstStamp = try contents.optionalInt()
        let members = try readMembers(&contents)
        let own = try find(members, contents)
        let rank = simulation.ranks.rank
        let samples = ConnectionSamples(
            own.map { number, _ in
                .init(number: number, source: members[number].source, target: members[number].target, owner: rank)
            }, names: names, isOfSpikes: isOfSpikes, schedule.window, workers: simulation.threads)
        let recording = Recording(
            quantities: names, resolution: simulation.resolution, schedule, connections: samples)
        (recording.label, recording.firstStamp, recording.lastStamp) = (label, firstStamp, lastStamp)
        try simulation.checkRecordable(names, own.map(\.reference), isOfSpikes: isOfSpikes, together)
        try readEvents(of: recording, samples, members.count, &contents)
        return ConnectionRecording(recording, own.map(\.reference))
    }

    private func readMembers(_ contents: inout SectionReader) throws -> [ConnectionName] {
        let ids = 1..<targets.count + 1
        let projections = try contents.near(0..<simulation.projections.count, "projection")
        let sources = try contents.near(ids, "node"), targets = try contents.near(ids, "node")
        let occurrences = try contents.near(0..<Int(Int32.max), "connection")
        try contents.require(
            [sources.count, targets.count, occurrences.count].allSatisfy { $0 == projections.count },
            "columns differ in length")
        return projections.indices.map {
            ConnectionName(
                projection: projections[$0], source: sources[$0], target: targets[$0], occurrence: occurrences[$0])
        }
    }

    /// Those that are stored here.
    private func find(
        _ members: [ConnectionName], _ contents: SectionReader
    ) throws -> [(number: Int, reference: Connections.Reference)] {
        var found: [(number: Int, reference: Connections.Reference)] = []
        var rows: [Int: [Int: Int]] = [:], places: [RowOfProjection: [ConnectionName: PlaceInRow]] = [:]
        for (number, member) in members.enumerated() {
            let p = member.projection
            if rows[p] == nil {
                let sources = simulation.projections[p].sources
                rows[p] = Dictionary(zip(sources, 0...), uniquingKeysWith: { first, _ in first })
            }
            guard let row = rows[p]![member.source] else { continue }
            let ofRow = RowOfProjection(projection: p, row: row)
            if places[ofRow] == nil {
                places[ofRow] = Dictionary(uniqueKeysWithValues: simulation.named(ofRow))
            }
            guard let place = places[ofRow]![member] else { continue }
            let reference = Connections.Reference.spike(
                projection: Int32(p), row: Int32(row), segment: place.segment, index: place.index)
            found.append((number, reference))
        }
        let all = together.sum([found.count])[0]
        try contents.require(all == members.count, "\(members.count - all) recorded connections are missing")
        return found
    }

    /// What is in memory, and the file.
    private func readEvents(
        of recording: Recording, _ samples: ConnectionSamples, _ members: Int, _ contents: inout SectionReader
    ) throws {
        let stamps = try contents.near(), numbers = try contents.near(0..<members, "connection")
        let columns = try samples.names.map { _ in try contents.doubles() }
        let forgotten = try contents.int(0...Int.max / 16, "number of events")
        let position = try contents.flag() ? try RecordingStream.Position(&contents) : nil
        try contents.finish()
        try contents.require(
            ([numbers.count] + columns.map(\.count)).allSatisfy { $0 == stamps.count }, "columns differ in length")
        let places = Dictionary(uniqueKeysWithValues: zip(samples.members.map(\.number), 0...))
        let inFile = (position?.next ?? 0) - forgotten
        var written = 0
        for i in stamps.indices {
            guard let place = places[numbers[i]] else { continue }
            samples.add(0, stamp: stamps[i], place: place, columns.map { $0[i] })
            if i < inFile { written += 1 }
        }
        recording.resume(samples, forgotten: simulation.ranks.rank == 0 ? forgotten : 0)
        recording.stream = try together.agree { try position.flatMap { try streams.open($0, recording, together) } }
        recording.stream?.goOn(from: recording.forgotten + written)
    }
}
