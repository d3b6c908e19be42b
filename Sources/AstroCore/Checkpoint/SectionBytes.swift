#if _endian(big)
    #error("checkpoints are written as they lie in memory, which is little-endian")
#endif

/// The contents of a section while it is written. Whole numbers take as few bytes as they need: small ones, of either sign, one.
package struct SectionWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// With what was read: it is gone on with.
    package init(_ read: SectionReader) { bytes = read.bytes }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    package mutating func put(_ number: Int) { put(unsigned: UInt64(bitPattern: Int64(number << 1 ^ number >> 63))) }

    /// Seven bits a byte, the low ones first; the highest bit says that there are more.
    @inline(__always)
    mutating func put(unsigned number: UInt64) {
        var rest = number
        while rest > 127 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    package mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    package mutating func put(_ number: Double) { withUnsafeBytes(of: number) { bytes += $0 } }

    mutating func put(_ number: Int?) {
        put(number != nil)
        if let number { put(number) }
    }

    mutating func put(_ number: Double?) {
        put(number != nil)
        if let number { put(number) }
    }

    package mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes += text.utf8
    }

    package mutating func put(_ text: String?) {
        put(text != nil)
        if let text { put(text) }
    }

    /// Plain values as they lie in memory; how many is known from elsewhere.
    mutating func put<T: BitwiseCopyable>(raw values: UnsafeBufferPointer<T>) {
        bytes += UnsafeRawBufferPointer(values)
    }

    mutating func put(raw values: some Collection<UInt8>) { bytes += values }

    package mutating func put(_ values: [Double]) {
        put(values.count)
        values.withUnsafeBufferPointer { put(raw: $0) }
    }

    /// Whole numbers that are often near each other.
    mutating func put(near values: some Collection<Int>) {
        put(values.count)
        var last = 0
        for value in values {
            put(value &- last)
            last = value
        }
    }

    mutating func put(_ settings: Settings) {
        put(settings.count)
        for (name, value) in settings.inOrder {
            put(name)
            put(value)
        }
    }

    private mutating func put(_ value: Value) {
        switch value {
        case .number(let x):
            put(0)
            put(x)
        case .flag(let flag):
            put(1)
            put(flag)
        case .text(let text):
            put(2)
            put(text)
        case .numbers(let values):
            put(3)
            put(values)
        case .texts(let texts):
            put(4)
            put(texts.count)
            texts.forEach { put($0) }
        case .lists, .distribution, .function, .mask:
            fatalError("what a device holds is its own, and has been drawn")
        }
    }
}

/// Reads what a `SectionWriter` wrote, and throws where the bytes are something else: nothing is believed, since a stranger can
/// write a file with right checksums.
package struct SectionReader {
    fileprivate let bytes: [UInt8]
    private var place = 0
    private let what: String

    /// - `what`: names the section in messages.
    package init(_ bytes: [UInt8], _ what: String) { (self.bytes, self.what) = (bytes, what) }

    package var rest: Int { bytes.count - place }

    package func damaged(_ problem: String) -> InputError { InputError("\(what): \(problem)") }

    package func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
        if !condition { throw damaged(problem()) }
    }

    /// To be called at the end.
    package func finish() throws { try require(rest == 0, "holds more than it should") }

    @inline(__always)
    mutating func unsigned() throws -> UInt64 {
        var number: UInt64 = 0, shift: UInt64 = 0
        while place < bytes.count, shift < 64 {
            let byte = bytes[place]
            place += 1
            number |= UInt64(byte & 127) << shift
            if byte < 128 { return number }
            shift += 7
        }
        throw damaged("ends in the middle of a number")
    }

    package mutating func int() throws -> Int {
        let number = try unsigned()
        return Int(bitPattern: UInt(number >> 1)) ^ -Int(bitPattern: UInt(number & 1))
    }

    package mutating func int(_ range: ClosedRange<Int>, _ name: @autoclosure () -> String) throws -> Int {
        let number = try int()
        try require(range.contains(number), "\(name()) = \(number) is not allowed")
        return number
    }

    /// A number of things that take at least `size` bytes each, so that it cannot be larger than what is left.
    package mutating func count(of size: Int = 1) throws -> Int {
        let number = try int()
        try require(
            number >= 0 && number <= rest / max(size, 1), "a count of \(number) is too large for its section")
        return number
    }

    package mutating func flag() throws -> Bool {
        try require(rest > 0 && bytes[place] < 2, "a yes or no is missing")
        place += 1
        return bytes[place - 1] == 1
    }

    package mutating func double() throws -> Double { try doubles(1)[0] }

    mutating func optionalInt() throws -> Int? { try flag() ? try int() : nil }
    mutating func optionalDouble() throws -> Double? { try flag() ? try double() : nil }
    package mutating func optionalText() throws -> String? { try flag() ? try text() : nil }

    package mutating func text() throws -> String {
        let length = try count()
        defer { place += length }
        return String(decoding: bytes[place..<place + length], as: UTF8.self)
    }

    mutating func doubles(_ count: Int) throws -> [Double] { try raw(count, of: Double.self) }

    package mutating func doubles() throws -> [Double] { try doubles(try count(of: 8)) }

    /// Plain values as they lay in memory.
    mutating func raw<T: BitwiseCopyable>(_ count: Int, of type: T.Type) throws -> [T] {
        let size = MemoryLayout<T>.stride
        try require(count >= 0 && count <= rest / size, "ends too early")
        defer { place += count * size }
        return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: $0[place..<place + count * size]))
            }
            initialized = count
        }
    }

    /// All that is left, as bytes.
    mutating func remainder() -> ArraySlice<UInt8> {
        defer { place = bytes.count }
        return bytes[place...]
    }

    package mutating func near() throws -> [Int] {
        let count = try count()
        var last = 0
        return try (0..<count).map { _ in
            last &+= try int()
            return last
        }
    }

    /// The same as ids of nodes, each within a range.
    mutating func nodes(_ range: Range<Int>) throws -> NodeIDs {
        var ids = NodeIDs(), last = 0
        for _ in 0..<(try count()) {
            last &+= try int()
            guard range.contains(last) else { throw damaged("there is no node \(last)") }
            ids.append(last)
        }
        return ids
    }

    /// The same, each within a range.
    mutating func near(_ range: Range<Int>, _ name: String) throws -> [Int] {
        let values = try near()
        if let wrong = values.first(where: { !range.contains($0) }) { throw damaged("there is no \(name) \(wrong)") }
        return values
    }

    mutating func settings() throws -> Settings {
        var result: Settings = [:]
        for _ in 0..<(try count()) {
            let name = try text()
            result[name] = try value()
        }
        return result
    }

    private mutating func value() throws -> Value {
        switch try int() {
        case 0: return .number(try double())
        case 1: return .flag(try flag())
        case 2: return .text(try text())
        case 3: return .numbers(try doubles())
        case 4: return .texts(try (0..<(try count())).map { _ in try text() })
        case let kind: throw damaged("\(kind) is not a kind of value")
        }
    }
}
