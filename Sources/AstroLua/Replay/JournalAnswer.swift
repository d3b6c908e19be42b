import AstroCore
import LuaBridge

/// Answers as a checkpoint holds them.
extension Journal.Answer {
    init(_ value: LuaValue) { self = value.isPlain ? .value(value) : .again }

    func write(to contents: inout SectionWriter) {
        switch self {
        case .again: contents.put(0)
        case .value(let value):
            contents.put(1)
            value.write(to: &contents)
        case .failure(let message):
            contents.put(2)
            contents.put(message)
        case .ran(let step, let failure):
            contents.put(3)
            contents.put(step)
            contents.put(failure)
        }
    }

    init(_ contents: inout SectionReader) throws {
        switch try contents.int() {
        case 0: self = .again
        case 1: self = .value(try LuaValue(&contents, depth: 0))
        case 2: self = .failure(try contents.text())
        case 3: self = .ran(until: try contents.int(0...TimeGrid.never, "step"), failure: try contents.optionalText())
        default: throw contents.damaged("there is no such answer")
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

    fileprivate func write(to contents: inout SectionWriter) {
        switch self {
        case .nothing, .object, .pushed, .none: contents.put(0)
        case .number(let x):
            contents.put(1)
            contents.put(x)
        case .integer(let n):
            contents.put(2)
            contents.put(n)
        case .flag(let flag):
            contents.put(3)
            contents.put(flag)
        case .text(let text):
            contents.put(4)
            contents.put(text)
        case .vector(let values):
            contents.put(5)
            contents.put(values)
        case .list(let values):
            contents.put(6)
            contents.put(values.count)
            values.forEach { $0.write(to: &contents) }
        case .table(let fields):
            contents.put(7)
            contents.put(fields.count)
            for (name, value) in fields {
                contents.put(name)
                value.write(to: &contents)
            }
        }
    }

    fileprivate init(_ contents: inout SectionReader, depth: Int) throws {
        try contents.require(depth < 20, "a value is too deep")
        switch try contents.int() {
        case 0: self = .none
        case 1: self = .number(try contents.double())
        case 2: self = .integer(try contents.int())
        case 3: self = .flag(try contents.flag())
        case 4: self = .text(try contents.text())
        case 5: self = .vector(try contents.doubles())
        case 6: self = .list(try (0..<(try contents.count())).map { _ in try LuaValue(&contents, depth: depth + 1) })
        case 7:
            self = .table(
                try (0..<(try contents.count())).map { _ in
                    (try contents.text(), try LuaValue(&contents, depth: depth + 1))
                })
        default: throw contents.damaged("there is no such value")
        }
    }
}
