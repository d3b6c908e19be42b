import AstroCore
import CLua

typealias LuaState = OpaquePointer

/// A Swift type whose values scripts hold as userdata. Its tables are read once, when a `Runtime` is made.
protocol LuaType {
    static var luaName: String { get }
    /// "a Vector", as sentences need it.
    static var luaPhrase: String { get }
    /// What it is and what operators do, for help and the reference page.
    static var luaMeaning: String { get }
    static var methods: [LuaMethod<Self>] { get }
    static var fields: [LuaField<Self>] { get }
    /// `__add`, `__eq` …: called with all operands, either of which may be the receiver.
    static var operators: [LuaOperator] { get }

    /// `#value`, if there is such a thing.
    var luaLength: Int? { get }
    /// `value[index]`; nil ends an `ipairs`.
    func luaElement(_ index: Int, _ arguments: Arguments) throws -> LuaValue
    var luaText: String { get }
    /// What to write instead, where a name that is no field has a meaning elsewhere.
    func luaHint(forField name: String) -> String?

    /// What to do instead of assigning to a field or element, if there is more to say than that it cannot be.
    static var luaAssignmentHint: String? { get }

    static func read(_ runtime: Runtime, _ L: LuaState, at index: Int32) -> Self?
    func push(_ runtime: Runtime, _ L: LuaState)
}

/// One row a method: `usage`, `meaning` and `details` serve errors, help, completion and the reference page.
struct LuaMethod<Receiver> {
    let name, usage, meaning: String
    /// More paragraphs, in Markdown that also reads well in a terminal; indented lines are code.
    let details: String
    /// How many arguments it hears at most; nil: any number.
    let most: Int?
    let body: (Receiver, Arguments) throws -> LuaValue

    /// - `takes`: where the usage is not that of this function, but of the one in stdlib that calls it.
    init(
        _ name: String, _ usage: String, _ meaning: String, details: String = "", takes: Int? = nil,
        _ body: @escaping (Receiver, Arguments) throws -> LuaValue
    ) {
        self.name = name
        self.usage = usage
        self.meaning = meaning
        self.details = details
        self.most = takes ?? argumentCount(ofUsage: usage)
        self.body = body
    }
}

/// "sim:create(model [, n] [, params]) -> Nodes" has 3, "nodes:set{ name = value }" has 1; nil without a usage.
func argumentCount(ofUsage usage: String) -> Int? {
    guard let start = usage.firstIndex(where: { $0 == "(" || $0 == "{" }) else { return nil }
    if usage[start] == "{" { return 1 }
    var depth = 0, commas = 0, isEmpty = true
    for c in usage[start...] {
        if c == ")" || c == "}" { depth -= 1 }
        if depth == 0, c == ")" { break }
        if depth == 1, c == "," { commas += 1 }
        if depth > 0, c != " " { isEmpty = false }
        if c == "(" || c == "{" { depth += 1 }
    }
    return isEmpty ? 0 : commas + 1
}

/// A value that is read without parentheses.
struct LuaField<Receiver> {
    let name, meaning: String
    /// The kind of value, as `type` or the userdata's name tell it.
    let result: String
    /// A table of columns: a slip in the name of one is an error.
    let holdsColumns: Bool
    let body: (Receiver) throws -> LuaValue

    init(
        _ name: String, _ meaning: String, result: String = "", holdsColumns: Bool = false,
        _ body: @escaping (Receiver) throws -> LuaValue
    ) {
        self.name = name
        self.meaning = meaning
        self.result = result
        self.holdsColumns = holdsColumns
        self.body = body
    }
}

struct LuaOperator {
    let name: String
    /// In front of messages.
    let label: String?
    let body: (Arguments) throws -> LuaValue

    init(_ name: String, _ label: String?, _ body: @escaping (Arguments) throws -> LuaValue) {
        self.name = name
        self.label = label
        self.body = body
    }
}

extension LuaOperator {
    /// An operator that a type does not have, for which Lua's own message would not say what to do.
    static func misuse(_ name: String, _ message: String) -> LuaOperator {
        LuaOperator(name, nil) { _ in throw InputError(message) }
    }
}

/// What a method gives back.
enum LuaValue {
    case nothing
    case none
    case number(Double)
    case integer(Int)
    case flag(Bool)
    case text(String)
    case vector([Double])
    case list([LuaValue])
    case table([(String, LuaValue)])
    case object(any LuaType)
    /// The body has pushed that many results itself.
    case pushed(Int32)
}

extension LuaValue {
    /// Of an element of a table, the table's growth included.
    static let bytesInTable = 16.0

    /// About what it takes in Lua.
    var bytes: Double {
        switch self {
        case .vector(let values): Vector.bytes(values.count)
        case .text(let text): Double(text.utf8.count)
        case .list(let elements): elements.reduce(0) { $0 + Self.bytesInTable + $1.bytes }
        case .table(let fields): fields.reduce(0) { $0 + 3 * Self.bytesInTable + $1.1.bytes }
        default: 0
        }
    }

    /// Refuses what Lua has no room for.
    func refuse() throws { try Memory.refuse(bytes, for: "the results") }
}

extension LuaType {
    static var luaPhrase: String { "a \(luaName)" }
    static var luaMeaning: String { "" }
    static var fields: [LuaField<Self>] { [] }
    static var operators: [LuaOperator] { [] }
    var luaLength: Int? { nil }
    func luaHint(forField name: String) -> String? { nil }
    static var luaAssignmentHint: String? { nil }

    func luaElement(_ index: Int, _ arguments: Arguments) throws -> LuaValue {
        throw Arguments.unknownField(Self.self, "\(index)")
    }

    static func read(_ runtime: Runtime, _ L: LuaState, at index: Int32) -> Self? {
        runtime.objects.read(Self.self, runtime, L, at: index)
    }

    func push(_ runtime: Runtime, _ L: LuaState) { runtime.objects.push(self, runtime, L) }
}
