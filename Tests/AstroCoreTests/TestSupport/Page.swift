import Foundation
import Testing

/// Code that a page of Docs/ shows and a test compiles: the lines between `// page: NAME` and `// end` of a test file.
enum Page {
    static func expectCode(
        _ name: String, of file: String, in page: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: "// page: \(name)"), "no region", sourceLocation: sourceLocation)
        let end = try #require(lines[start...].firstIndex(of: "// end"), "no end", sourceLocation: sourceLocation)
        let code = lines[(start + 1)..<end].joined(separator: "\n")
        let root = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Docs/\(page)"), encoding: .utf8)
        #expect(
            text.contains("```swift\n\(code)\n```"), "Docs/\(page) shows other code", sourceLocation: sourceLocation)
    }
}
