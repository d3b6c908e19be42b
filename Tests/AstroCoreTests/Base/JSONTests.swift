import Testing

@testable import AstroCore

@Suite("JSON")
struct JSONTests {
    private static let value = JSON.fields([
        "name": .text("é \"quoted\" \\ \n\t\u{1}\u{7f} 🧠"), "numbers": .list([.number(0), .number(-12), .number(0.1)]),
        "nothing": .null, "flags": .list([.flag(true), .flag(false)]), "empty": .list([]),
        "inner": .fields(["x": .null]),
        "long": .texts((0..<40).map { "line \($0)" }),
    ])

    @Test(
        "What is written reads as the same, on one line and for people", arguments: [value.description, value.readable])
    func roundTrip(text: String) throws { #expect(try JSON(parsing: Array(text.utf8)) == Self.value) }

    @Test("The order of names can be put right")
    func ordered() throws {
        let (a, b) = ("{\"x\": [{\"b\": 1, \"a\": 2}], \"c\": 3}", "{\"c\": 3, \"x\": [{\"a\": 2, \"b\": 1}]}")
        #expect(try JSON(parsing: Array(a.utf8)) != JSON(parsing: Array(b.utf8)))
        #expect(try JSON(parsing: Array(a.utf8)).ordered == JSON(parsing: Array(b.utf8)).ordered)
    }

    @Test("For people, a long list has an element a line, a short one a line of its own")
    func readable() {
        let lines = Self.value.readable.split(separator: "\n")
        #expect(lines.contains("  \"flags\": [true, false],"))
        #expect(lines.contains("    \"line 7\","))
    }

    @Test(
        "Whole numbers are kept to the last digit",
        arguments: [0, 1, -1, 1 << 53, Int64.max, Int64.min, 9_007_199_254_740_993])
    func exact(n: Int64) throws {
        #expect(try JSON(parsing: Array(JSON.exact(n).description.utf8)).exact == n)
    }

    @Test("Escapes of other writers are read")
    func escapes() throws {
        let text = #"["\u0041\/\b\f\r", "\ud83e\udde0", 1E2, -0.5e-1]"#
        let expected = JSON.list([.text("A/\u{8}\u{c}\r"), .text("🧠"), .number(100), .number(-0.05)])
        #expect(try JSON(parsing: Array(text.utf8)) == expected)
    }

    @Test(
        "What is no JSON is an error that names the line",
        arguments: [
            "", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":1,}", "\"abc", "\"\\x\"", "\"\\ud83e\"", "\"\\u12\"", "nul",
            "1 2", "nan", "1e999",
            "{\"a\":1,\"a\":2}", "[\n\u{1}]", String(repeating: "[", count: 1000), "\"\n\"",
        ])
    func damaged(text: String) {
        #expect { try JSON(parsing: Array(text.utf8)) } throws: { "\($0)".hasPrefix("line ") }
    }

    @Test("Text that is not UTF-8 is an error")
    func bytes() { #expect(throws: InputError.self) { try JSON(parsing: [0x22, 0xff, 0x22]) } }
}
