#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes what a recorder holds. Files are written aside and renamed, so that a reader never sees half of one.
struct RecordingFile {
    private let recorder: Recorder

    init(_ recorder: Recorder) { self.recorder = recorder }

    func write(to path: String) throws {
        let recording = recorder.recording, endings = recording.endings
        guard let ending = endings.first(where: path.hasSuffix) else {
            throw InputError("'\(path)': \(recording.refusal(path, endings))")
        }
        recording.sortIfNeeded()
        if recording.forgotten > 0 { try recording.stream?.write(recording, through: recording.lastStamp) }
        switch ending {
        case ".npz":
            try recorder.checkKept()
            try OutputFile.write(path) { try $0 += archive().bytes }
        case ".h5":
            _ = try HDF5Library.shared.get()
            try OutputFile.replaceApart(path) { aside in
                let nodes = recording.isSpikes ? Array(recording.recordedIDs) : recording.samples.nodes
                let events = try SonataEvents(
                    path, at: aside, recording, recorder.simulation, nodes: nodes, expected: recorder.eventCount)
                try fill(events)
            }
        default:
            try OutputFile.replace(path) { aside in
                let events = try TextEvents(path, at: aside, isDat: ending == ".dat", recording)
                try fill(events)
                try events.settle()
            }
        }
    }

    /// With what is in memory, or else with all that is in the recorder's file.
    private func fill(_ events: some EventSink) throws {
        guard let streamed = StreamedEvents(recorder.recording) else {
            return try events.append(recorder.recording, through: .max)
        }
        try streamed.forEachPiece { try events.append($0) }
    }

    private func archive() throws -> ZipArchive {
        let targets = recorder.isOfConnections ? [("targets", recorder.targets, true)] : []
        let columns =
            [("senders", recorder.senders, true)] + targets + [("times", recorder.times, false)]
            + (try recorder.quantities.map { ($0, try recorder.column($0), false) })
        return try Self.archive(columns)
    }

    /// Arrays of NumPy's, in an archive as its savez writes it.
    private static func archive(_ columns: [(name: String, values: [Double], isWhole: Bool)]) throws -> ZipArchive {
        let count = columns[0].values.count
        guard count * 8 < 1 << 31, columns.count * count * 8 < 1 << 32 - 1 << 20 else {
            throw InputError(
                "\(count) events are too many for an .npz file (.csv files can hold them; for nodes, .h5 files can, too)"
            )
        }
        return ZipArchive(columns.map { ("\($0.name).npy", npy($0)) })
    }

    /// NumPy's format 1.0: a header, then the numbers as they lie in memory.
    private static func npy(_ column: (name: String, values: [Double], isWhole: Bool)) -> [UInt8] {
        let type = column.isWhole ? "<i8" : "<f8"
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(column.values.count),), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
        for value in column.values {
            let bits = column.isWhole ? UInt64(bitPattern: Int64(value)) : value.bitPattern
            withUnsafeBytes(of: bits.littleEndian) { bytes += $0 }
        }
        return bytes
    }
}

extension Recording {
    /// Those of all files that it can be saved to.
    var endings: [String] { [".csv", ".dat", ".npz"] + (connections == nil ? [".h5"] : []) }

    /// What to say of a path with another ending.
    func refusal(_ path: String, _ endings: [String]) -> String {
        let isForNodes = connections != nil && path.hasSuffix(".h5")
        let why = "SONATA files hold spikes and samples of nodes; a recorder of connections writes"
        return "\(isForNodes ? why : "the ending must be one of") \(endings.joined(separator: ", "))"
    }
}
