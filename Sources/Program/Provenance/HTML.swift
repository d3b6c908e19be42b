/// Text of a page. What comes from outside gets in through `escaped` only.
struct HTML {
    private(set) var text = ""

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            // no page may hold them, and those that turn the direction of writing make a text look like another
            case _ where scalar.value < 0x20 || 0x7f..<0xa0 ~= scalar.value || turning.contains(scalar.value):
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let turning: [UInt32] = Array(0x202a...0x202e) + Array(0x2066...0x2069) + [0x200e, 0x200f, 0x61c]

    /// Markup, which is ours.
    mutating func add(_ markup: String) { text += markup + "\n" }

    mutating func heading(_ words: String) { add("<h2>\(Self.escaped(words))</h2>") }

    mutating func paragraph(_ words: String) { add("<p>\(Self.escaped(words))</p>") }

    mutating func code(_ words: String) { add("<pre>\(Self.escaped(words))</pre>") }

    /// It scrolls by itself where the page is narrower.
    mutating func table(_ heads: [String], _ rows: [[String]], class style: String = "") {
        guard !rows.isEmpty else { return }
        add("<div class=\"table \(style)\"><table>")
        if !heads.isEmpty { add("<tr>" + heads.map { "<th>\(Self.escaped($0))</th>" }.joined() + "</tr>") }
        for row in rows { add("<tr>" + row.map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>") }
        add("</table></div>")
    }

    /// Folded until somebody opens it, which needs no script.
    mutating func folded(_ summary: String, _ body: (inout HTML) -> Void) {
        add("<details><summary>\(Self.escaped(summary))</summary>")
        body(&self)
        add("</details>")
    }
}
