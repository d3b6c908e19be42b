#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a file of events or connections holds: columns of equal length, by name.
public struct FileTable: Equatable, Sendable {
    public enum Column: Equatable, Sendable {
        case numbers([Double])
        /// Few different texts, and which of them each row has.
        case names([String], which: [Int32])

        public static func names(of texts: [String]) -> Column {
            var names: [String] = [], known: [String: Int32] = [:]
            let which = texts.map { text in
                if let number = known[text] { return number }
                names.append(text)
                known[text] = Int32(names.count - 1)
                return Int32(names.count - 1)
            }
            return .names(names, which: which)
        }

        public var count: Int {
            switch self {
            case .numbers(let values): values.count
            case .names(_, let which): which.count
            }
        }
    }

    public var columns: [(name: String, column: Column)] = []
    /// What a reader has to say of a file that is not quite as it should be.
    public var note: String?

    public init() {}

    public var count: Int { columns.first?.column.count ?? 0 }

    public subscript(_ name: String) -> Column? { columns.first { $0.name == name }?.column }

    func numbers(_ name: String) -> [Double]? {
        if case .numbers(let values)? = self[name] { return values }
        return nil
    }

    mutating func add(_ name: String, _ values: [Double]) { columns.append((name, .numbers(values))) }

    public static func == (a: FileTable, b: FileTable) -> Bool {
        a.columns.count == b.columns.count
            && zip(a.columns, b.columns).allSatisfy { $0.name == $1.name && $0.column == $1.column }
    }

    /// The rows in another order.
    func reordered(_ order: [Int]) -> FileTable {
        var result = FileTable()
        for (name, column) in columns {
            switch column {
            case .numbers(let values): result.add(name, order.map { values[$0] })
            case .names(let names, let which):
                result.columns.append((name, .names(names, which: order.map { which[$0] })))
            }
        }
        return result
    }

    /// The rows of tables one after the other; a column that one of them lacks is filled with nan.
    static func joined(_ tables: [FileTable]) -> FileTable {
        guard tables.count != 1 else { return tables[0] }
        var result = FileTable()
        for name in tables.flatMap({ $0.columns.map(\.name) }) where result[name] == nil {
            var numbers: [Double] = [], names: [String] = [], which: [Int32] = []
            for table in tables {
                switch table[name] {
                case .numbers(let values): numbers += values
                case .names(let known, let those):
                    which += those.map { $0 + Int32(names.count) }
                    names += known
                case nil: numbers += Array(repeating: .nan, count: table.count)
                }
            }
            result.columns.append((name, names.isEmpty ? .numbers(numbers) : .names(names, which: which)))
        }
        return result
    }
}

// MARK: - Through a pipe

extension FileTable {
    /// For another process of this program.
    var bytes: [UInt8] {
        var result: [UInt8] = []
        func put(_ count: Int) { withUnsafeBytes(of: count) { result += $0 } }
        func put(_ text: String) {
            put(text.utf8.count)
            result += text.utf8
        }
        put(columns.count)
        for (name, column) in columns {
            put(name)
            switch column {
            case .numbers(let values):
                put(-1)
                put(values.count)
                values.withUnsafeBytes { result += $0 }
            case .names(let names, let which):
                put(names.count)
                names.forEach(put)
                put(which.count)
                which.withUnsafeBytes { result += $0 }
            }
        }
        return result
    }

    /// nil where the bytes are not what `bytes` makes: the other process may have been led astray.
    init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        func count() -> Int? {
            guard rest.count >= 8 else { return nil }
            defer { rest = rest.dropFirst(8) }
            return rest.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        }
        func take(_ size: Int?, times count: Int = 1) -> ArraySlice<UInt8>? {
            guard let size, size >= 0, size <= rest.count / count else { return nil }
            defer { rest = rest.dropFirst(size * count) }
            return rest.prefix(size * count)
        }
        func text() -> String? { take(count()).map { String(decoding: $0, as: UTF8.self) } }
        guard let columnCount = count(), columnCount >= 0 else { return nil }
        for _ in 0..<columnCount {
            guard let name = text(), let kind = count() else { return nil }
            if kind < 0 {
                guard let values = take(count(), times: 8) else { return nil }
                columns.append((name, .numbers(Self.array(values))))
                continue
            }
            var names: [String] = []
            for _ in 0..<kind {
                guard let name = text() else { return nil }
                names.append(name)
            }
            guard let bytes = take(count(), times: 4) else { return nil }
            let which: [Int32] = Self.array(bytes)
            guard which.allSatisfy({ names.indices.contains(Int($0)) }) else { return nil }
            columns.append((name, .names(names, which: which)))
        }
        guard rest.isEmpty else { return nil }
    }

    private static func array<T: BitwiseCopyable>(_ bytes: ArraySlice<UInt8>) -> [T] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / MemoryLayout<T>.stride).map {
                bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.stride, as: T.self)
            }
        }
    }

    /// Lets a process of its own read a file, for the sake of libraries that do not survive every damaged one.
    static func readApart(_ path: String, _ read: () throws -> FileTable) throws -> FileTable {
        // more than any whole file takes; a damaged one can send a reader round in circles
        let seconds = 2 + InputFile.size(path) / 2_000_000
        let child = try ChildProcess(processorTime: UInt32(clamping: seconds)) { output in
            ChildProcess.silence()
            do { output.write([1] + (try read()).bytes) } catch { output.write([0] + Array("\(error)".utf8)) }
        }
        let ending = child.finish()
        if child.answer.first == 0 { throw InputError(String(decoding: child.answer.dropFirst(), as: UTF8.self)) }
        guard ending == .answered, child.answer.first == 1, let table = FileTable(child.answer.dropFirst()) else {
            throw InputError("'\(path)': the file is damaged (the process that read it \(ending))")
        }
        return table
    }
}
