/// Reads what NumPy's savez writes: a zip archive of arrays. Arrays of one dimension, not compressed.
struct NPZFile {
    private let path: String
    private let bytes: [UInt8]

    static func read(_ path: String) throws -> FileTable {
        try NPZFile(path: path, bytes: try InputFile.bytes(path)).table()
    }

    private func table() throws -> FileTable {
        var result = FileTable()
        for file in try files() where file.name.hasSuffix(".npy") {
            let column = String(file.name.dropLast(4))
            guard result[column] == nil else { throw damaged("two arrays are called '\(column.prefix(40))'") }
            result.add(column, try array(file.range, column))
        }
        return result
    }

    private func damaged(_ what: String) -> InputError { InputError("'\(path)': \(what)") }

    /// A whole number of `size` bytes, the least first.
    private func number(_ offset: Int, _ size: Int) throws -> Int {
        guard offset >= 0, offset <= bytes.count - size else { throw damaged("the zip archive is damaged") }
        return (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    private func files() throws -> [ZipContents.File] {
        do { return try ZipContents(bytes).files } catch { throw damaged("\(error)") }
    }

    /// NumPy's own format: a magic text, a header that is a Python dictionary, the numbers.
    private func array(_ content: Range<Int>, _ name: String) throws -> [Double] {
        let problem = damaged("'\(name.prefix(40))' is not a NumPy array")
        let magic = [0x93] + Array("NUMPY".utf8)
        guard content.count >= 12, bytes[content].starts(with: magic) else { throw problem }
        let sizeOfLength = bytes[content.lowerBound + 6] == 1 ? 2 : 4
        let start = content.lowerBound + 8 + sizeOfLength
        let length = try number(content.lowerBound + 8, sizeOfLength)
        guard length <= content.upperBound - start else { throw problem }
        let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
        guard let type = quoted(after: "'descr':", header), let shape = shape(header) else { throw problem }
        guard shape.count == 1 else {
            throw damaged("the array '\(name.prefix(40))' has \(shape.count) dimensions, not 1")
        }
        guard let (size, value) = Self.types[type] else {
            throw damaged("the array '\(name.prefix(40))' has the type '\(type.prefix(40))', which can't be read")
        }
        let first = start + length
        guard shape[0] == (content.upperBound - first) / size else { throw problem }
        return bytes.withUnsafeBytes { bytes in (0..<shape[0]).map { value(bytes, first + $0 * size) } }
    }

    private func quoted(after key: String, _ header: String) -> String? {
        guard let rest = Self.after(key, header) else { return nil }
        let parts = rest.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : nil
    }

    private func shape(_ header: String) -> [Int]? {
        guard let rest = Self.after("'shape':", header), let open = rest.firstIndex(of: "("),
            let close = rest.firstIndex(of: ")"), open < close
        else { return nil }
        let sides = rest[rest.index(after: open)..<close].split(separator: ",").map { $0.filter { $0 != " " } }
        let numbers = sides.filter { !$0.isEmpty }.compactMap { Int($0) }
        return numbers.allSatisfy { $0 >= 0 } ? numbers : nil
    }

    private static func after(_ key: String, _ text: String) -> Substring? {
        var rest = text[...]
        while !rest.isEmpty {
            if rest.hasPrefix(key) { return rest.dropFirst(key.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    private typealias Reader = @Sendable (UnsafeRawBufferPointer, Int) -> Double

    private static let types: [String: (size: Int, value: Reader)] = [
        "<f8": (8, { $0.loadUnaligned(fromByteOffset: $1, as: Double.self) }),
        "<f4": (4, { Double($0.loadUnaligned(fromByteOffset: $1, as: Float.self)) }),
        "<i8": (8, { Double($0.loadUnaligned(fromByteOffset: $1, as: Int64.self)) }),
        "<u8": (8, { Double($0.loadUnaligned(fromByteOffset: $1, as: UInt64.self)) }),
        "<i4": (4, { Double($0.loadUnaligned(fromByteOffset: $1, as: Int32.self)) }),
        "<u4": (4, { Double($0.loadUnaligned(fromByteOffset: $1, as: UInt32.self)) }),
        "<i2": (2, { Double($0.loadUnaligned(fromByteOffset: $1, as: Int16.self)) }),
        "<u2": (2, { Double($0.loadUnaligned(fromByteOffset: $1, as: UInt16.self)) }),
        "|i1": (1, { Double($0.loadUnaligned(fromByteOffset: $1, as: Int8.self)) }),
        "|u1": (1, { Double($0.loadUnaligned(fromByteOffset: $1, as: UInt8.self)) }),
        "|b1": (1, { Double($0.loadUnaligned(fromByteOffset: $1, as: UInt8.self)) }),
    ]
}
