import AstroCore
import LuaBridge

/// Answers as a checkpoint holds them.
extension Journal.Answer {
    init(_ value: LuaValue) { self = value.isPlain ? .value(value) : .again }

    /// By what number a checkpoint tells it.
    private enum Kind: Int {
        case again = 0, value, failure, ran
    }

    private var kind: Kind {
        switch self {
        case .again: .again
        case .value: .value
        case .failure: .failure
        case .ran: .ran
        }
    }

    func write(to contents: inout SectionWriter) {
        contents.put(kind.rawValue)
        switch self {
        case .again: break
        case .value(let value): value.write(to: &contents)
        case .failure(let message): contents.put(message)
        case .ran(let step, let failure):
            contents.put(step)
            contents.put(failure)
        }
    }

    init(_ contents: inout SectionReader) throws {
        switch Kind(rawValue: try contents.int()) {
        case .again: self = .again
        case .value: self = .value(try LuaValue(&contents, depth: 0))
        case .failure: self = .failure(try contents.text())
        case .ran:
            self = .ran(until: try contents.int(0...TimeGrid.never, "step"), failure: try contents.optionalText())
        case nil: throw contents.damaged("there is no such answer")
        }
    }
}

extension LuaValue {
    /// Something that is what it is, and no handle.
    fileprivate var isPlain: Bool {
        switch self {
        case .none, .number, .integer, .flag, .text, .vector: true
        case .list(let values): values.allSatisfy(\.isPlain)
        case .table(let fields): fields.allSatisfy(\.1.isPlain)
        case .nothing, .object, .pushed: false
        }
    }

    /// By what number a checkpoint tells it.
    private enum Kind: Int {
        case nothing = 0, number, integer, flag, text, vector, list, table
    }

    private var kind: Kind {
        switch self {
        case .nothing, .object, .pushed, .none: .nothing
        case .number: .number
        case .integer: .integer
        case .flag: .flag
        case .text: .text
        case .vector: .vector
        case .list: .list
        case .table: .table
        }
    }

    fileprivate func write(to contents: inout SectionWriter) {
        contents.put(kind.rawValue)
        switch self {
        case .nothing, .object, .pushed, .none: break
        case .number(let x): contents.put(x)
        case .integer(let n): contents.put(n)
        case .flag(let flag): contents.put(flag)
        case .text(let text): contents.put(text)
        case .vector(let values): contents.put(values)
        case .list(let values):
            contents.put(values.count)
            values.forEach { $0.write(to: &contents) }
        case .table(let fields):
            contents.put(fields.count)
            for (name, value) in fields {
                contents.put(name)
                value.write(to: &contents)
            }
        }
    }

    fileprivate init(_ contents: inout SectionReader, depth: Int) throws {
        try contents.require(depth < 20, "a value is too deep")
        switch Kind(rawValue: try contents.int()) {
        case .nothing: self = .none
        case .number: self = .number(try contents.double())
        case .integer: self = .integer(try contents.int())
        case .flag: self = .flag(try contents.flag())
        case .text: self = .text(try contents.text())
        case .vector: self = .vector(try contents.doubles())
        case .list:
            self = .list(try (0..<(try contents.count())).map { _ in try LuaValue(&contents, depth: depth + 1) })
        case .table:
            self = .table(
                try (0..<(try contents.count())).map { _ in
                    (try contents.text(), try LuaValue(&contents, depth: depth + 1))
                })
        case nil: throw contents.damaged("there is no such value")
        }
    }
}
