import Testing

@testable import AstroCore

@Suite("Zip archives")
struct ZipTests {
    private let archive = ZipArchive([("first.txt", Array("hello".utf8)), ("a/b", [])]).bytes

    @Test("What is packed is found again")
    func roundTrip() throws {
        let contents = try ZipContents(archive)
        #expect(contents.files.map(\.name) == ["first.txt", "a/b"])
        #expect(contents.files.map { Array(contents.content(of: $0)) } == [Array("hello".utf8), []])
    }

    @Test("One that ends too early, anywhere, is an error")
    func truncated() {
        for length in 0..<archive.count {
            #expect(throws: InputError.self, "\(length) bytes") { try ZipContents(Array(archive[..<length])) }
        }
    }

    @Test("A changed byte never crashes, and is found where it is content")
    func changed() throws {
        for place in archive.indices {
            for change in [1, 0x80, 0xff] as [UInt8] {
                var bytes = archive
                bytes[place] ^= change
                _ = try? ZipContents(bytes)
            }
        }
        var bytes = archive
        bytes[30 + 9] ^= 1  // behind the local header and the name
        #expect(throws: InputError.self) { try ZipContents(bytes) }
    }

    @Test("Files that share their bytes cannot make much of little")
    func overlapping() {
        let content = [UInt8](repeating: 7, count: 1000)
        let single = ZipArchive([("a", content)]).bytes
        let start = single.count - 22 - 47, entry = Array(single[start..<start + 47])
        var bytes = Array(single[..<start])
        for _ in 0..<20 { bytes += entry }
        var end = Array(single.suffix(22))
        (end[8], end[10]) = (20, 20)
        #expect(throws: InputError.self) { try ZipContents(bytes + end) }
    }
}
