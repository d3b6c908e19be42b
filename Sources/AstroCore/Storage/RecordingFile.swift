#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes what a recorder holds. Files are written aside and renamed, so that a reader never sees half of one.
struct RecordingFile {
    static let endings = [".csv", ".dat", ".npz", ".h5"]

    private let recorder: Recorder

    init(_ recorder: Recorder) { self.recorder = recorder }

    func write(to path: String) throws {
        guard let ending = Self.endings.first(where: path.hasSuffix) else {
            throw InputError("'\(path)': the ending must be one of \(Self.endings.joined(separator: ", "))")
        }
        let recording = recorder.recording
        recording.sortIfNeeded()
        if recording.forgotten > 0 { try recording.stream?.write(through: recording.lastStamp) }
        switch ending {
        case ".npz":
            try recorder.checkKept()
            try OutputFile.write(path) { try $0 += archive().bytes }
        case ".h5":
            _ = try HDF5Library.shared.get()
            try OutputFile.replaceApart(path) { aside in
                let nodes = recording.isSpikes ? Array(recording.recordedIDs) : recording.sampled
                let events = try SonataEvents(
                    path, at: aside, recording, recorder.simulation, nodes: nodes, expected: recorder.eventCount)
                try fill(events)
            }
        default:
            try OutputFile.replace(path) { aside in
                let events = try TextEvents(path, at: aside, isDat: ending == ".dat", recording)
                try fill(events)
                try events.file.settle()
            }
        }
    }

    /// With what is in memory, or else with all that is in the recorder's file.
    private func fill(_ events: some EventSink) throws {
        guard let streamed = StreamedEvents(recorder.recording) else { return try events.append(through: .max) }
        try streamed.forEachPiece { try events.append($0) }
    }

    private func archive() throws -> ZipArchive {
        let columns =
            [("senders", recorder.senders, true), ("times", recorder.times, false)]
            + (try recorder.quantities.map { ($0, try recorder.column($0), false) })
        guard recorder.eventCount * 8 < 1 << 31, columns.count * recorder.eventCount * 8 < 1 << 32 - 1 << 20 else {
            throw InputError("\(recorder.eventCount) events are too many for an .npz file (.h5 holds them)")
        }
        return ZipArchive(columns.map { ("\($0.0).npy", npy($0)) })
    }

    /// NumPy's format 1.0: a header, then the numbers as they lie in memory.
    private func npy(_ column: (name: String, values: [Double], isWhole: Bool)) -> [UInt8] {
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

enum OutputFile {
    /// Lets `make` write beside `path`, then renames.
    static func replace(_ path: String, _ make: (_ aside: String) throws -> Void) throws {
        try checkNobodyWrites(path)
        let aside = path + ".part"
        try checkIsFree(aside, for: path)
        try checkNobodyWrites(aside)
        do {
            try make(aside)
            guard rename(aside, path) == 0 else { throw failure(path) }
        } catch {
            unlink(aside)
            throw error
        }
    }

    /// The same by a process of its own: libhdf5 does not survive a full disk.
    static func replaceApart(_ path: String, _ make: (_ aside: String) throws -> Void) throws {
        try replace(path) { aside in
            let child = try ChildProcess { output in
                ChildProcess.silence()
                do { try make(aside) } catch { output.write(Array("\(error)".utf8)) }
            }
            let ending = child.finish()
            guard ending != .answered || !child.answer.isEmpty else { return }
            if let reason = reasonNotToGrow(aside) { throw InputError("can't write '\(path)': \(reason)") }
            let said = String(decoding: child.answer, as: UTF8.self)
            throw InputError(said.isEmpty ? "'\(path)': what was to write it \(ending)" : said)
        }
    }

    /// Libraries do not always say why they could not write.
    private static func reasonNotToGrow(_ path: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let more = 1 << 20
        let problem = posix_fallocate(descriptor, lseek(descriptor, 0, SEEK_END), off_t(more))
        return problem == 0 ? nil : String(cString: strerror(problem))
    }

    /// A link of that name would lead what is written to another file, and a pipe keep it.
    private static func checkIsFree(_ aside: String, for path: String) throws {
        var status = stat()
        guard lstat(aside, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw InputError("can't write '\(path)': '\(aside)' is in the way, which is not a file")
    }

    /// What an `AppendingFile` holds would go on growing where nobody finds it.
    private static func checkNobodyWrites(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw InputError("'\(path)' is being written by a recorder or another program: choose another name")
    }

    static func write(_ path: String, _ fill: (inout [UInt8]) throws -> Void) throws {
        var bytes: [UInt8] = []
        try fill(&bytes)
        try replace(path) { aside in
            let file = try AppendingFile(path, at: aside)
            try file.append(bytes)
            try file.settle()
        }
    }

    static func failure(_ path: String) -> InputError {
        InputError("can't write '\(path)': \(String(cString: strerror(errno)))")
    }
}

/// A zip archive without compression, as NumPy's savez writes it.
package struct ZipArchive {
    package private(set) var bytes: [UInt8] = []

    package init(_ files: [(name: String, content: [UInt8])]) {
        var directory: [UInt8] = []
        for file in files {
            let offset = bytes.count
            let checksum = Self.crc32(file.content)
            let common =
                Self.little(20, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0x21, 2)
                + Self.little(Int(checksum), 4) + Self.little(file.content.count, 4)
                + Self.little(file.content.count, 4)
                + Self.little(file.name.utf8.count, 2) + Self.little(0, 2)
            bytes += Self.little(0x0403_4b50, 4) + common + Array(file.name.utf8) + file.content
            directory +=
                Self.little(0x0201_4b50, 4) + Self.little(20, 2) + common + Self.little(0, 2) + Self.little(0, 2)
                + Self.little(0, 2) + Self.little(0, 4) + Self.little(offset, 4) + Array(file.name.utf8)
        }
        let start = bytes.count
        bytes += directory
        bytes +=
            Self.little(0x0605_4b50, 4) + Self.little(0, 4) + Self.little(files.count, 2) + Self.little(files.count, 2)
        bytes += Self.little(directory.count, 4) + Self.little(start, 4) + Self.little(0, 2)
    }

    private static func little(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
    }

    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }
}
