/// The files in a zip archive that compresses none of them. All that it says of places and lengths is checked: a damaged
/// archive, or one that was made to do harm, is an error.
package struct ZipContents {
    package struct File {
        package let name: String
        package let range: Range<Int>
    }

    package let bytes: [UInt8]
    package private(set) var files: [File] = []

    package init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        let endRecord = stride(from: bytes.count - 22, through: max(0, bytes.count - 66_000), by: -1).first {
            bytes[$0] == 0x50 && bytes[$0 + 1] == 0x4b && bytes[$0 + 2] == 5 && bytes[$0 + 3] == 6
        }
        guard let endRecord else { throw InputError("is not a complete zip archive") }
        var place = try number(endRecord + 16, 4)
        var total = 0
        for _ in 0..<(try number(endRecord + 10, 2)) {
            guard try number(place, 4) == 0x0201_4b50 else { throw damaged }
            let nameLength = try number(place + 28, 2)
            let name = String(decoding: bytes[try range(place + 46, nameLength)], as: UTF8.self)
            let content = try content(place, name)
            files.append(File(name: name, range: content))
            // files that share their bytes could make much of little
            total += content.count
            guard total <= bytes.count else { throw damaged }
            place += 46 + nameLength + (try number(place + 30, 2)) + (try number(place + 32, 2))
        }
    }

    package func content(of file: File) -> ArraySlice<UInt8> { bytes[file.range] }

    private var damaged: InputError { InputError("the zip archive is damaged") }

    /// A whole number of `size` bytes, the least first.
    private func number(_ offset: Int, _ size: Int) throws -> Int {
        try range(offset, size).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    }

    private func range(_ offset: Int, _ count: Int) throws -> Range<Int> {
        guard offset >= 0, count >= 0, count <= bytes.count, offset <= bytes.count - count else { throw damaged }
        return offset..<offset + count
    }

    private func content(_ entry: Int, _ name: String) throws -> Range<Int> {
        guard try number(entry + 10, 2) == 0 else {
            throw InputError("'\(name.prefix(40))' is compressed; compressed entries can't be read here")
        }
        let checksum = try number(entry + 16, 4), size = try number(entry + 20, 4), local = try number(entry + 42, 4)
        guard size < 0xffff_ffff, local < 0xffff_ffff else {
            throw InputError("'\(name.prefix(40))' is larger than 4 GB")
        }
        guard try number(local, 4) == 0x0403_4b50 else { throw damaged }
        let start = local + 30 + (try number(local + 26, 2)) + (try number(local + 28, 2))
        let content = try range(start, size)
        guard Int(ZipArchive.crc32(bytes[content])) == checksum else {
            throw InputError("'\(name.prefix(40))' is damaged (its checksum is wrong)")
        }
        return content
    }
}
