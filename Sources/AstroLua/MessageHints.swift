import AstroCore

/// What Lua's own messages leave out, for those who know another language, or expect all of Lua in the sandbox.
enum MessageHints {
    /// How a message ends, and what was probably meant.
    private static let endings = [
        ("near '!'", "\"not equal\" is ~= and \"not\" is not"),
        ("near '#'", "a comment begins with --"),
        ("'then' expected near '='", "a comparison is =="),
        ("syntax error near '+'", "Lua has no += and no ++: x = x + 1"),
        ("syntax error near '-'", "Lua has no -=: x = x - 1"),
        ("syntax error near '*'", "Lua has no *=: x = x * 2"),
        ("syntax error near '/'", "Lua has no /=: x = x / 2"),
        ("call a number value (for iterator 'for iterator')", "to count: for i = 1, 10 do"),
        ("call a table value (for iterator 'for iterator')", "to go through a table: for i, x in ipairs(t) do"),
        ("'pairs' (table expected, got Nodes)", "for i, node in ipairs(nodes) do"),
        ("'pairs' (table expected, got Vector)", "for i, x in ipairs(v) do"),
    ]

    /// Functions of Lua that scripts have under --trust only.
    private static let trusted = [
        "execute", "popen", "tmpname", "tmpfile", "setlocale", "loadlib", "dump",
        "getinfo", "getlocal", "getupvalue", "getregistry", "sethook", "setmetatable",
    ]

    /// The message with a hint at the end of its first line, if there is one to give.
    static func explained(_ message: String, trust: Bool) -> String {
        let line = message.prefix { $0 != "\n" }
        guard let hint = hint(for: String(line), trust: trust) else { return message }
        return "\(line) (\(hint))" + message.dropFirst(line.count)
    }

    private static func hint(for line: String, trust: Bool) -> String? {
        if let row = endings.first(where: { line.hasSuffix($0.0) }) { return row.1 }
        if line.contains("function arguments expected near") { return "a method is called with parentheses: v:mean()" }
        let isTrusted = trusted.contains { line.hasSuffix("attempt to call a nil value (field '\($0)')") }
        return isTrusted && !trust ? "the sandbox has no such function; --trust lets a script do all that Lua can" : nil
    }
}

extension Runtime {
    func explained(_ message: String) -> String { MessageHints.explained(message, trust: options.trust) }
}
