#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes what a recorder holds. Files are written aside and renamed, so that a reader never sees half of one.
struct RecordingFile {
    private let columns: [(name: String, values: [Double], isWhole: Bool)]

    static let endings = [".csv", ".dat", ".npz"]

    init(_ recorder: Recorder) throws {
        columns =
            [("senders", recorder.senders, true), ("times", recorder.times, false)]
            + (try recorder.quantities.map { ($0, try recorder.column($0), false) })
    }

    func write(to path: String) throws {
        guard let ending = Self.endings.first(where: path.hasSuffix) else {
            throw InputError("'\(path)': the ending must be one of \(Self.endings.joined(separator: ", "))")
        }
        switch ending {
        case ".csv": try OutputFile.write(path) { table(separator: ",", to: &$0, order: [1, 0]) }
        case ".dat": try OutputFile.write(path) { table(separator: "\t", to: &$0, order: [0, 1]) }
        default: try OutputFile.write(path) { $0 += ZipArchive(columns.map { ("\($0.name).npy", npy($0)) }).bytes }
        }
    }

    private func table(separator: String, to bytes: inout [UInt8], order: [Int]) {
        let names = [0: "sender", 1: "time_ms"]
        let shown = order + Array(2..<columns.count)
        bytes += Array((shown.map { names[$0] ?? columns[$0].name }.joined(separator: separator) + "\n").utf8)
        for row in columns[0].values.indices {
            let fields = shown.map {
                columns[$0].isWhole ? "\(Int(columns[$0].values[row]))" : "\(columns[$0].values[row])"
            }
            bytes += Array((fields.joined(separator: separator) + "\n").utf8)
        }
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
    /// Writes beside `path`, then renames.
    static func write(_ path: String, _ fill: (inout [UInt8]) -> Void) throws {
        var bytes: [UInt8] = []
        fill(&bytes)
        let aside = path + ".part"
        guard let file = fopen(aside, "wb") else { throw failure(path) }
        let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        guard fclose(file) == 0, written == bytes.count else {
            let error = failure(path)
            unlink(aside)
            throw error
        }
        guard rename(aside, path) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> InputError {
        InputError("can't write '\(path)': \(String(cString: strerror(errno)))")
    }
}

/// A zip archive without compression, as NumPy's savez writes it.
struct ZipArchive {
    private(set) var bytes: [UInt8] = []

    init(_ files: [(name: String, content: [UInt8])]) {
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

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }
}
