#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// SHA-256 (FIPS 180-4), for digests that others can check with `sha256sum`.
package struct SHA256 {
    private var state: [UInt32] = Self.fractions(of: Self.primes.prefix(8)) { $0.squareRoot() }
    private var waiting: [UInt8] = []
    private var length: UInt64 = 0

    package init() {}

    package static func hex(of bytes: [UInt8]) -> String {
        var digest = SHA256()
        bytes.withUnsafeBytes { digest.add($0) }
        return digest.hex
    }

    /// nil if the file cannot be read, or is something else: a pipe may wait for ever, and a device have no end.
    package static func hex(ofFile path: String) -> (hex: String, bytes: Int)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var digest = SHA256()
        let size = 1 << 18
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
            while case let count = fread(buffer.baseAddress, 1, size, file), count > 0 {
                digest.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        return ferror(file) == 0 ? (digest.hex, Int(digest.length)) : nil
    }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        length += UInt64(bytes.count)
        var rest = bytes[...]
        if !waiting.isEmpty {
            let taken = min(64 - waiting.count, rest.count)
            waiting += rest.prefix(taken)
            rest = rest.dropFirst(taken)
            if waiting.count < 64 { return }
            waiting.withUnsafeBytes { Self.mix(&state, $0) }
            waiting.removeAll(keepingCapacity: true)
        }
        let whole = rest.count / 64 * 64
        Self.mix(&state, UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
        waiting += rest.dropFirst(whole)
    }

    package var hex: String {
        var state = state
        let zeros = (119 - waiting.count) % 64
        let bits = (length * 8).bigEndian
        let end = waiting + [0x80] + [UInt8](repeating: 0, count: zeros) + withUnsafeBytes(of: bits) { Array($0) }
        end.withUnsafeBytes { Self.mix(&state, $0) }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// Whole blocks of 64 bytes.
    private static func mix(_ state: inout [UInt32], _ bytes: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
            for block in stride(from: 0, to: bytes.count, by: 64) {
                for i in 0..<16 {
                    words[i] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: block + 4 * i, as: UInt32.self))
                }
                for i in 16..<64 {
                    let (a, b) = (words[i - 15], words[i - 2])
                    let s0 = turned(a, 7) ^ turned(a, 18) ^ a >> 3, s1 = turned(b, 17) ^ turned(b, 19) ^ b >> 10
                    words[i] = words[i - 16] &+ s0 &+ words[i - 7] &+ s1
                }
                mix(&state, UnsafeBufferPointer(words))
            }
        }
    }

    private static func mix(_ state: inout [UInt32], _ words: UnsafeBufferPointer<UInt32>) {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        constants.withUnsafeBufferPointer { constants in
            for i in 0..<64 {
                let s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25), choice = e & f ^ ~e & g
                let first = h &+ s1 &+ choice &+ constants[i] &+ words[i]
                let s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22), majority = a & b ^ a & c ^ b & c
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ s0 &+ majority)
            }
        }
        for (i, value) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= value }
    }

    @inline(__always)
    private static func turned(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 - n) }

    // The standard's constants are the first 32 bits of the fractions of roots of the first 64 primes.
    private static let primes = (2...311).filter { n in (2..<n).allSatisfy { n % $0 != 0 || $0 * $0 > n } }
    private static let constants = fractions(of: primes[...], cubeRoot)

    private static func fractions(of numbers: ArraySlice<Int>, _ root: (Double) -> Double) -> [UInt32] {
        numbers.map { n in
            let value = root(Double(n))
            return UInt32((value - value.rounded(.down)) * 0x1p32)
        }
    }

    /// Newton's method, to the last bits of a double, of which 35 count.
    private static func cubeRoot(_ x: Double) -> Double {
        (0..<60).reduce(x) { root, _ in root - (root - x / (root * root)) / 3 }
    }
}
