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

    package static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }
}
