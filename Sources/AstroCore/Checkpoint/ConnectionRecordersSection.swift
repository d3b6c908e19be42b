/// Recorders of connections, and what they have recorded, in a checkpoint.
///
/// Where a connection is stored depends on ranks and threads. So it goes by what does not: its connect call, its ends, and which of the
/// parallel ones it is.
extension Simulation {
    func writeConnectionRecorders(to writer: CheckpointWriter) throws {
        for (index, recorder) in connectionRecordings.enumerated() {
            let members = allMembers(of: recorder, writer.together)
            let rows = recorder.samples.rows(writer.together)
            try writer.put(.connectionRecorder, index) { contents in
                recorder.writeHead(to: &contents)
                for part in [\ConnectionName.projection, \.source, \.target, \.occurrence] {
                    contents.put(near: members.map { $0[keyPath: part] })
                }
                contents.put(near: rows.map { Int($0[$0.startIndex]) })
                contents.put(near: rows.map { Int($0[$0.startIndex + 1]) })
                for column in recorder.samples.names.indices {
                    contents.put(rows.map { $0[$0.startIndex + 4 + column] })
                }
            }
        }
    }

    /// Of all ranks, in the order of the handle that was recorded.
    private func allMembers(of recorder: ConnectionRecording, _ together: Together) -> [ConnectionName] {
        var rows: [RowOfProjection: [PlaceInRow: ConnectionName]] = [:]
        var own: [NumberedName] = []
        for (number, reference) in zip(recorder.samples.numbers, recorder.references) {
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
        let window = samples.window
        [window.start, window.stop, window.origin].forEach { contents.put($0) }
        [schedule?.interval ?? 0, schedule?.offset ?? 0, recording.lastStamp].forEach { contents.put($0) }
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
        let window = ActivityWindow(
            start: try contents.int(steps, "start"), stop: try contents.int(steps, "stop"),
            origin: try contents.int(steps, "origin"))
        let interval = try contents.int((isOfSpikes ? 0 : 1)...TimeGrid.never, "interval")
        let schedule = Schedule(window: window, interval: interval, offset: try contents.int(steps, "offset"))
        let lastStamp = try contents.int(steps, "time"), firstStamp = try contents.optionalInt()
        let members = try readMembers(&contents)
        let own = try find(members, contents)
        let recording = Recording(quantities: names, resolution: simulation.resolution, schedule)
        (recording.label, recording.firstStamp, recording.lastStamp) = (label, firstStamp, lastStamp)
        let samples = ConnectionSamples(
            numbers: own.map(\.number), sources: own.map { members[$0.number].source },
            targets: own.map { members[$0.number].target }, names: names, isOfSpikes: isOfSpikes, window,
            workers: simulation.threads)
        recording.connections = samples
        try simulation.checkRecordable(names, own.map(\.reference), isOfSpikes: isOfSpikes, together)
        try readRows(into: samples, of: members.count, &contents)
        return ConnectionRecording(recording, own.map(\.reference), samples, isOfSpikes ? nil : schedule)
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

    private func readRows(into samples: ConnectionSamples, of members: Int, _ contents: inout SectionReader) throws {
        let stamps = try contents.near(), numbers = try contents.near(0..<members, "connection")
        let columns = try samples.names.map { _ in try contents.doubles() }
        try contents.finish()
        try contents.require(
            ([numbers.count] + columns.map(\.count)).allSatisfy { $0 == stamps.count }, "columns differ in length")
        let places = Dictionary(uniqueKeysWithValues: zip(samples.numbers, 0...))
        for i in stamps.indices {
            guard let place = places[numbers[i]] else { continue }
            samples.add(0, stamp: stamps[i], place: place, columns.map { $0[i] })
        }
    }
}
