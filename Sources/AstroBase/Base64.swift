/// Bytes as text (RFC 4648).
package enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    package static func text(of bytes: [UInt8]) -> String { String(decoding: encoded(bytes), as: UTF8.self) }

    package static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? letters[bits >> (18 - 6 * place) & 63] : padding)
            }
        }
        return text
    }

    /// nil for what `text` does not write.
    package static func bytes(of text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let end = text.dropLast(text.suffix(2).count { $0 == padding })
        var bytes: [UInt8] = [], bits = 0, count = 0
        bytes.reserveCapacity(text.count / 4 * 3)
        for letter in end {
            guard let value = values[Int(letter)] else { return nil }
            (bits, count) = ((bits << 6 | value) & 0xffff, count + 6)
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return bits & (1 << count - 1) == 0 ? bytes : nil
    }

    private static let values: [Int?] = {
        var values = [Int?](repeating: nil, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = value }
        return values
    }()
}
