import Testing

@testable import AstroCore

@Suite("SHA-256")
struct DigestTests {
    @Test(
        "Digests are those of the standard's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func examples(text: String, digest: String) { #expect(SHA256.hex(of: Array(text.utf8)) == digest) }

    @Test("A text in pieces of any length has the digest of the whole")
    func pieces() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        for length in 0...bytes.count {
            let text = Array(bytes[..<length])
            for piece in [1, 13, 55, 56, 63, 64, 65, 128] {
                var digest = SHA256()
                for start in stride(from: 0, to: length, by: piece) {
                    Array(text[start..<min(start + piece, length)]).withUnsafeBytes { digest.add($0) }
                }
                #expect(digest.hex == SHA256.hex(of: text), "\(length) bytes in pieces of \(piece)")
            }
        }
    }
}
