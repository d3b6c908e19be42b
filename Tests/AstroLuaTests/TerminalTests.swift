import Testing

@testable import AstroLua

@Suite("Pictures in a terminal")
struct TerminalTests {
    @Test(
        "Graphics are what the terminal announces",
        arguments: [
            ("\u{1b}[?62;4;22c", "sixel"), ("\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[?62;22c", "kitty"), ("\u{1b}[?62;22c", nil),
            ("\u{1b}[?64c", nil), ("\u{1b}_Gi=31;ENOTSUPPORTED\u{1b}\\\u{1b}[?1;4c", "sixel"), ("", nil),
        ] as [(String, String?)])
    func graphics(answer: String, expected: String?) {
        #expect(Terminal.graphics(in: answer) == expected)
    }

    @Test("A sixel picture passes")
    func sixel() {
        let picture = Array("\u{1b}P0;1q\"1;1;2;2\n#1;2;0;0;0#1~~$-\u{1b}\\".utf8)
        #expect(TerminalPicture.sixel(picture) == picture)
    }

    @Test(
        "Nothing but one sixel picture passes",
        arguments: [
            "", "text", "\u{1b}[2J", "\u{1b}Pq~\u{1b}\\\u{1b}[2J", "\u{1b}Pq~\u{1b}\\\u{1b}Pq~\u{1b}\\",
            "\u{1b}P+q544e\u{1b}\\",
            "\u{1b}P$qm\u{1b}\\", "\u{1b}Pq~\u{9b}31m\u{1b}\\", "\u{1b}Pq~\u{7}\u{1b}\\", "x\u{1b}Pq~\u{1b}\\",
        ])
    func notSixel(text: String) {
        #expect(TerminalPicture.sixel(Array(text.utf8)) == nil)
    }

    @Test(
        "Base64 of every remainder",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64(text: String, expected: String) {
        #expect(String(decoding: TerminalPicture.base64(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test("A PNG goes to kitty in pieces, the last one marked; anything else does not go")
    func kitty() throws {
        let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47] + [UInt8](repeating: 7, count: 5000)
        let text = String(decoding: try #require(TerminalPicture.kitty(png)), as: UTF8.self)
        let pieces = text.split(separator: "\u{1b}\\")
        #expect(pieces.count == 2)
        #expect(pieces[0].hasPrefix("\u{1b}_Ga=T,f=100,q=2,m=1;iVBORw"))
        #expect(pieces[1].hasPrefix("\u{1b}_Gm=0;"))
        #expect(TerminalPicture.kitty(Array("text".utf8)) == nil)
    }
}
