import AstroBase

/// What a method gives back.
package enum LuaValue {
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
    package static let bytesInTable = 16.0

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
    package func refuse() throws { try Memory.refuse(bytes, for: "the results") }
}
