import AstroCore
import LuaBridge

/// What Lua's own messages leave out, for those who know another language, or expect all of Lua in the sandbox.
enum MessageHints {
    /// How a message goes, how the line it is about goes (empty: anyhow), and what was probably meant; $1 is what a
    /// group of the line's pattern holds. The first row that fits has the word.
    private static let rows = [
        // other words at the beginning of a line
        (" near ", #"^\s*from\s+astro\s+import\b"#, #"local astro = require "astro""#),
        (" near ", #"^\s*import\s+(astro\.\w+)"#, #"local m = require "$1""#),
        (" near ", #"^\s*(?:import|from)\s+\w"#, #"a module is loaded by require: local astro = require "astro""#),
        (" near ", #"^[^"'-]*\brequire\s+([A-Za-z_][\w.]*)"#, #"the name is written in quotes: require "$1""#),
        (" near ", #"^\s*def\s+(\w+)"#, "a function is function $1(…) … end"),
        (" near ", #"\blambda\b"#, "a function without a name is function(x) return … end"),
        (" near ", #"\belif\b"#, "the word is elseif"),
        (" near ", #"^\s*else\s*:"#, "else takes no colon; the block closes with end"),
        (
            " near ", #"^(?:.*\s)?(?:pass|continue)\s*;?\s*$"#,
            "Lua has no such word: an empty block needs nothing, goto skips the rest of a loop"
        ),
        (" near ", #"^\s*(?:let|var|const|int|float|double|auto)\s+(\w+)"#, "a variable is local $1 = …"),
        (" near ", #"^\s*(?:try|except|catch|finally)\b"#, "errors are caught by pcall: local ok, problem = pcall(f)"),
        (" near ", #"^\s*class\s+\w"#, "Lua has tables and functions, and no classes"),
        (" near ", #"^\s*del\s+(\w+)"#, "$1 = nil removes it"),
        (" near ", #"^\s*print\s+([A-Za-z_]\w*)"#, "a function is called with parentheses: print($1)"),
        (" near ", #"^\s*(\w+)--\s*$"#, "Lua has no --, which begins a comment: $1 = $1 - 1"),
        // signs
        ("near '!", "", "\"not equal\" is ~= and \"not\" is not"),
        ("near '&'", "", "the word is and: a and b"),
        ("near '\\|'", "", "the word is or: a or b"),
        ("near '#'", "", "a comment begins with --"),
        ("near '/'", #"/\*"#, "a comment begins with --"),
        (" near ", #"[^"']*//"#, "a comment begins with --; // divides and rounds down"),
        ("near '\\*'", #"\*\*"#, "a power is x ^ 2"),
        ("near '='", #":="#, "an assignment is ="),
        ("near '\\?'", "", "Lua has no ? : operator: write x and a or b"),
        ("near '`'", "", "strings are written between \" or '"),
        ("near '\\\\'", "", "a statement continues on the next line without \\"),
        (
            "near '\\{'|'(?:then|do)' expected near", #"^.*\{\s*$"#,
            "a block begins with then or do and closes with end, without braces"
        ),
        ("'then' expected near '='", "", "a comparison is =="),
        ("'then' expected near", #"^\s*(?:if|elseif)\b.*:\s*$"#, "a condition ends with then: if x > 3 then … end"),
        ("'do' expected near", #"^\s*(?:for|while)\b.*:\s*$"#, "a loop is for … do … end"),
        ("'then' expected near ':'", "", "a condition ends with then: if x > 3 then … end"),
        ("'do' expected near ':'", "", "a loop is for … do … end"),
        ("<name> expected near '\\('", #"^\s*for\s*\("#, "to count: for i = 1, 10 do"),
        (" near ", #"^.*\bis\s+(?:not\s+)?None\b"#, "comparisons are == and ~=; None is nil"),
        ("'then' expected near '(?:in|is)'", "", "a comparison is ==; None is nil"),
        ("syntax error near '\\+'", "", "Lua has no += and no ++: x = x + 1"),
        ("unexpected symbol near '\\+'", "", "Lua has no ++: x = x + 1"),
        ("syntax error near '-'", "", "Lua has no -=: x = x - 1"),
        ("syntax error near '\\*'", "", "Lua has no *=: x = x * 2"),
        ("syntax error near '/'", "", "Lua has no /=: x = x / 2"),
        // tables and arguments
        (
            "expected", #"(?:[{,]|^)\s*["'](\w+)["']\s*[:=](?!=)"#,
            "a name is written without quotes and takes =: { $1 = … }"
        ),
        (
            "'\\}' expected .*near '='|'\\}' expected near '='", #"["']([A-Za-z_]\w*)["']\s*="#,
            "a name is written without quotes: { $1 = … }"
        ),
        ("expected", #"\[[^\]\["']*:[^\]]*\]"#, "a part of a Vector or of Nodes is v:slice(first, last)"),
        ("expected", #"[{,]\s*([A-Za-z_]\w*)\s*:[^:]"#, "named values take =: { $1 = … }"),
        (
            "'\\}' expected near ':'|<name> expected near", #"^\s*([A-Za-z_]\w*)\s*:\s"#,
            "named values take =: { $1 = … }"
        ),
        ("'\\)' expected near '='", #"[(,]\s*([A-Za-z_]\w*)\s*="#, "named values go in braces: { $1 = … }"),
        ("'\\)' expected .*near '='", #"^\s*([A-Za-z_]\w*)\s*="#, "named values go in braces: { $1 = … }"),
        ("function arguments expected near", "", "a method is called with parentheses: v:mean()"),
        // while it runs
        ("variable 'f' is not defined", #"\bf["']"#, #"format puts values into a string: ("%g mV"):format(x)"#),
        ("attempt to index a nil value", #"^.*\bio\.open\b"#, "io.open returned nil: assert(io.open(path)) says why"),
        ("call a number value \\(for iterator 'for iterator'\\)", "", "to count: for i = 1, 10 do"),
        ("call a table value \\(for iterator 'for iterator'\\)", "", "to go through a table: for i, x in ipairs(t) do"),
        ("'pairs' \\(table expected, got Nodes\\)", "", "for i, node in ipairs(nodes) do"),
        ("'pairs' \\(table expected, got Vector\\)", "", "for i, x in ipairs(v) do"),
        (
            "attempt to mod a 'string'|arithmetic on a string value", #"["']\s*%"#,
            #"format puts values into a string: ("%g mV"):format(x)"#
        ),
        (
            "attempt to (?:add|sub|mul|div) a 'string'|attempt to \\w+ a '\\w+' with a 'string'", "",
            #"strings are joined by ..: "mean " .. 3"#
        ),
        ("arithmetic on a string value", "", #"strings are joined by ..: "mean " .. 3"#),
        (
            "nil value \\((?:field|method) '(?:mean|std|sum|median|average)'\\)", "",
            "a Vector has it: v:mean(), v:std(), v:sum(); astro.vector(t) makes one of a table"
        ),
        ("nil value \\((?:field|method) 'append'\\)", "", "t[#t + 1] = x appends to a table"),
        ("nil value \\((?:field|method) '(?:push|add)'\\)", "", "t[#t + 1] = x appends to a table"),
        ("nil value \\((?:field|method) '(?:length|size|count)'\\)", "", "the length is #t"),
        ("nil value \\((?:field|method) 'round'\\)", "", "math.floor(x + 0.5) rounds"),
        ("nil value \\(field 'pow'\\)", "", "a power is x ^ 2"),
        ("nil value \\(field 'log10'\\)", "", "math.log(x, 10)"),
        (
            "nil value \\((?:field|method) '(?:split|strip|replace|startswith|endswith|join|contains|trim)'\\)", "",
            "strings have find, match, gmatch, gsub and sub; table.concat joins"
        ),
        ("nil value \\((?:field|method) '(?:items|keys|values)'\\)", "", "for name, value in pairs(t) do"),
    ]

    /// Names that other languages have without a module.
    private static let globals = [
        ("True", "it is true"), ("False", "it is false"), ("None null NULL undefined nullptr none", "it is nil"),
        ("nan NaN NAN", "it is 0 / 0"), ("inf Inf Infinity", "it is math.huge"),
        ("range xrange", "to count: for i = 1, 10 do"), ("enumerate", "for i, x in ipairs(t) do"),
        ("zip", "for i = 1, #a do … a[i], b[i] … end"), ("len", "the length is #x"), ("str", "tostring(x)"),
        ("int", "math.floor(x), or tonumber(text)"), ("float", "tonumber(text)"),
        ("list dict set tuple array", "a table is { 1, 2 } or { name = 1 }"),
        ("sum mean std", "a Vector has it: v:sum(), v:mean(), v:std()"), ("sorted", "v:sorted(), or table.sort(t)"),
        ("min max abs sqrt exp log sin cos tan floor ceil pi", "math.$0"), ("round", "math.floor(x + 0.5)"),
        ("pow", "a power is x ^ 2"),
        ("open", "io.open(path)"), ("input", "io.read()"), ("exit quit", "os.exit()"),
        ("printf", "print((\"%g\"):format(x))"),
        ("format", "(\"%g mV\"):format(x)"),
        ("self this", "it exists in functions that are defined with a colon: function t:f() … end"),
        (
            "nest pynest",
            "sim = astro.Simulation {}, then sim:create, sim:connect, sim:simulate; Docs/coming-from-nest.md"
        ),
        ("np numpy", "astro.vector { 1, 2 } is an array; astro.random and math have the functions"),
        ("plt matplotlib pylab", "local plot = require \"astro.plot\""),
        (
            "Create Connect Simulate GetConnections SetKernelStatus Install",
            "sim = astro.Simulation {}, then sim:create, sim:connect, sim:simulate; Docs/coming-from-nest.md"
        ),
        ("pass continue", "an empty block needs nothing; goto skips the rest of a loop"),
        ("elif", "the word is elseif"),
    ]

    static func meaning(ofGlobal name: String) -> String? {
        let row = globals.first { $0.0.split(separator: " ").contains(Substring(name)) }
        return row?.1.replacing("$0", with: name)
    }

    /// Functions of Lua that scripts have under --trust only.
    private static let trusted = [
        "execute", "popen", "tmpname", "tmpfile", "setlocale", "loadlib", "dump",
        "getinfo", "getlocal", "getupvalue", "getregistry", "sethook", "setmetatable",
    ]

    /// The message with a hint at the end of its first line, if there is one to give.
    ///
    /// - `source`: the lines of the text that the message is about.
    static func explained(_ message: String, source: [Substring], trust: Bool) -> String {
        let line = message.prefix { $0 != "\n" }
        guard let hint = hint(for: String(line), source, trust: trust) else { return message }
        return "\(line) (\(hint))" + message.dropFirst(line.count)
    }

    private static func hint(for message: String, _ source: [Substring], trust: Bool) -> String? {
        let isTrusted = trusted.contains { message.hasSuffix("attempt to call a nil value (field '\($0)')") }
        if isTrusted {
            return trust ? nil : "the sandbox has no such function; --trust lets a script do all that Lua can"
        }
        let lines = linesAbout(message, source)
        return strangeLetter(message, lines[0]) ?? row(for: message, lines)
    }

    private static func row(for message: String, _ lines: [String]) -> String? {
        for (index, (_, linePattern, hint)) in rows.enumerated() where matches(patterns[index].message, message) != nil
        {
            if linePattern.isEmpty { return hint }
            // a statement that is none is noticed late: what begins lines is looked for above, too
            let candidates = linePattern.hasPrefix("^") ? lines[...] : lines.prefix(1)
            guard let match = candidates.lazy.compactMap({ matches(patterns[index].line, $0) }).first else { continue }
            let word = match.output.count > 1 ? match.output[1].substring.map(String.init) : nil
            return hint.replacing("$1", with: word ?? "…")
        }
        return nil
    }

    /// Those of the rows, parsed once: that takes longer than all the rest of an error.
    nonisolated(unsafe) private static let patterns: [(message: Regex<AnyRegexOutput>?, line: Regex<AnyRegexOutput>?)] =
        rows.map { (try? Regex($0.0), try? Regex($0.1)) }

    private static func matches(_ pattern: Regex<AnyRegexOutput>?, _ text: String) -> Regex<AnyRegexOutput>.Match? {
        (try? pattern?.firstMatch(in: text)) ?? nil
    }

    /// The line that the message names, and the last ones above it that are not empty.
    static func linesAbout(_ message: String, _ source: [Substring]) -> [String] {
        guard let place = message.firstMatch(of: #/:(\d+): /#), let number = Int(place.1), number >= 1,
            number <= source.count
        else { return [""] }
        let above = source[..<(number - 1)].filter { !$0.allSatisfy(\.isWhitespace) }.suffix(3).reversed()
        return ([source[number - 1]] + above).map { String($0.prefix(400)) }
    }

    /// Lua names the first byte only of a letter that stands for nothing.
    private static func strangeLetter(_ message: String, _ line: String) -> String? {
        guard let match = message.firstMatch(of: #/near '<\\(\d+)>'/#), let byte = UInt8(match.1),
            let letter = line.unicodeScalars.first(where: { String($0).utf8.first == byte })
        else { return nil }
        let code =
            "U+" + String(repeating: "0", count: max(0, 4 - String(letter.value, radix: 16).count))
            + String(letter.value, radix: 16, uppercase: true)
        switch letter {
        case "“", "”", "„", "‘", "’", "‚", "«", "»": return "the quotes of Lua are \" and ', not \(letter) (\(code))"
        case "−", "–", "—": return "a minus is -, not \(letter) (\(code))"
        case "×": return "times is *, not \(letter)"
        case "÷": return "a division is /, not \(letter)"
        case "≤", "≥", "≠": return "comparisons are <=, >= and ~=, not \(letter)"
        case "…": return "three dots are ..., not \(letter)"
        case _ where letter.properties.isWhitespace || letter.properties.generalCategory == .format:
            return "the line contains an unusual space, \(code): retype it"
        default: return "names have ASCII letters only; \(letter) (\(code)) can be used in strings and comments"
        }
    }
}

extension Runtime {
    /// - `text`: what the message is about, if that is not a script or a module.
    func explained(_ message: String, about text: String? = nil) -> String {
        let source = (text ?? sourceText(message)).split(separator: "\n", omittingEmptySubsequences: false)
        if let refused = refusedFile(message, source) { return refused }
        return MessageHints.explained(message, source: source, trust: options.trust)
    }

    /// The text of the file that a message begins with.
    private func sourceText(_ message: String) -> String {
        guard let match = message.prefixMatch(of: #/([^\n]*?):\d+: /#) else { return "" }
        let name = String(match.1)
        if let text = scriptText, text.name == name || name.hasPrefix("...") && text.name.hasSuffix(name.dropFirst(3)) {
            return String(decoding: text.bytes, as: UTF8.self)
        }
        guard access.refusal(name, writing: false) == nil, let bytes = readFile(name) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `io.open` has said no, and the script has not asked why.
    private func refusedFile(_ message: String, _ source: [Substring]) -> String? {
        let line = message.prefix { $0 != "\n" }
        guard let refusal = latestRefusal, line.contains("attempt to index a nil value"),
            MessageHints.linesAbout(String(line), source).contains(where: { $0.contains("io.open") })
        else { return nil }
        return "\(line) (io.open: \(refusal))" + message.dropFirst(line.count)
    }
}
