import AstroBase

/// One row a method: `usage`, `meaning` and `details` serve errors, help, completion and the reference page.
package struct LuaMethod<Receiver> {
    package let name, usage, meaning: String
    /// More paragraphs, in Markdown that also reads well in a terminal; indented lines are code.
    package let details: String
    /// How many arguments it hears at most; nil: any number.
    package let most: Int?
    package let body: (Receiver, Arguments) throws -> LuaValue

    /// - `takes`: where the usage is not that of this function, but of the one in stdlib that calls it.
    package init(
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

/// "thing:f(a [, b] [, c]) -> number" has 3, "thing:set{ name = value }" has 1; nil without a usage.
private func argumentCount(ofUsage usage: String) -> Int? {
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
package struct LuaField<Receiver> {
    package let name, meaning: String
    /// The kind of value, as `type` or the userdata's name tell it.
    package let result: String
    /// Pushes the value as the script gets it, if not as it is.
    package let present: ((LuaValue, Lua, LuaState) throws -> LuaValue)?
    package let body: (Receiver) throws -> LuaValue

    package init(
        _ name: String, _ meaning: String, result: String = "",
        present: ((LuaValue, Lua, LuaState) throws -> LuaValue)? = nil,
        _ body: @escaping (Receiver) throws -> LuaValue
    ) {
        self.name = name
        self.meaning = meaning
        self.result = result
        self.present = present
        self.body = body
    }
}

package struct LuaOperator {
    package let name: String
    /// In front of messages.
    package let label: String?
    package let body: (Arguments) throws -> LuaValue

    package init(_ name: String, _ label: String?, _ body: @escaping (Arguments) throws -> LuaValue) {
        self.name = name
        self.label = label
        self.body = body
    }
}

extension LuaOperator {
    /// An operator that a type does not have, for which Lua's own message would not say what to do.
    package static func misuse(_ name: String, _ message: String) -> LuaOperator {
        LuaOperator(name, nil) { _ in throw InputError(message) }
    }
}
