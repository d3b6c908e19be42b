/// Reads what NumPy's savez writes: a zip archive of arrays. Arrays of one dimension, not compressed.
struct NPZFile {
    private let path: String
    private let bytes: [UInt8]

    static func read(_ path: String) throws -> FileTable {
        try NPZFile(path: path, bytes: try InputFile.bytes(path)).table()
    }

    private func table() throws -> FileTable {
        var result = FileTable()
        for (name, range) in try entries() where name.hasSuffix(".npy") {
            let column = String(name.dropLast(4))
            guard result[column] == nil else { throw damaged("two arrays are called '\(column.prefix(40))'") }
            result.add(column, try array(range, column))
        }
        return result
    }

    private func damaged(_ what: String) -> InputError { InputError("'\(path)': \(what)") }

    /// A whole number of `size` bytes, the least first.
    private func number(_ offset: Int, _ size: Int) throws -> Int {
        guard offset >= 0, offset <= bytes.count - size else { throw damaged("the zip archive is damaged") }
        return (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    /// Where the files of the archive lie, by its directory at the end.
    private func entries() throws -> [(name: String, content: Range<Int>)] {
        let endRecord = stride(from: bytes.count - 22, through: max(0, bytes.count - 66_000), by: -1).first {
            bytes[$0] == 0x50 && bytes[$0 + 1] == 0x4b && bytes[$0 + 2] == 5 && bytes[$0 + 3] == 6
        }
        guard let endRecord else { throw damaged("is not a whole .npz file") }
        var place = try number(endRecord + 16, 4)
        var result: [(String, Range<Int>)] = []
        for _ in 0..<(try number(endRecord + 10, 2)) {
            guard try number(place, 4) == 0x0201_4b50 else { throw damaged("the zip archive is damaged") }
            let nameLength = try number(place + 28, 2)
            let name = String(decoding: try slice(place + 46, nameLength), as: UTF8.self)
            result.append((name, try content(place, name)))
            place += 46 + nameLength + (try number(place + 30, 2)) + (try number(place + 32, 2))
        }
        return result
    }

    private func slice(_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset <= bytes.count - count else {
            throw damaged("the zip archive is damaged")
        }
        return bytes[offset..<offset + count]
    }

    private func content(_ entry: Int, _ name: String) throws -> Range<Int> {
        guard try number(entry + 10, 2) == 0 else {
            throw damaged("'\(name.prefix(40))' is compressed, which can't be read here (np.savez does not compress)")
        }
        let checksum = try number(entry + 16, 4), size = try number(entry + 20, 4), local = try number(entry + 42, 4)
        guard size < 0xffff_ffff, local < 0xffff_ffff else { throw damaged("'\(name.prefix(40))' is larger than 4 GB") }
        guard try number(local, 4) == 0x0403_4b50 else { throw damaged("the zip archive is damaged") }
        let start = local + 30 + (try number(local + 26, 2)) + (try number(local + 28, 2))
        let content = try slice(start, size)
        guard Int(ZipArchive.crc32(content)) == checksum else {
            throw damaged("'\(name.prefix(40))' is damaged (its checksum is wrong)")
        }
        return content.startIndex..<content.endIndex
    }

    /// NumPy's own format: a magic text, a header that is a Python dictionary, the numbers.
    private func array(_ content: Range<Int>, _ name: String) throws -> [Double] {
        let problem = damaged("'\(name.prefix(40))' is not an array of NumPy's")
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
            throw damaged("the array '\(name.prefix(40))' holds '\(type.prefix(40))', which are no numbers known here")
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
