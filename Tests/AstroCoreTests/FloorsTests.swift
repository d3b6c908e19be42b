import Foundation
import Testing

/// The folders of the engine are floors: a file may name types of its own floor and of those below, never of one above.
@Suite("Floors")
struct FloorsTests {
    /// From the lowest up; folders of one floor may know each other.
    private static let floors = [
        ["Numerics"], ["Kernel"], ["Models", "Synapses", "Signals", "Generators", "Rules", "Space"],
        ["Network", "Recording", "Ranks"], ["Run", "Checkpoint", "Files"], ["Simulation"],
    ]

    private static let sources = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/AstroCore")

    /// The text of each file without comments and strings, by folder and name.
    static let files: [(folder: String, name: String, code: String)] = floors.joined().flatMap { folder in
        let place = sources.appendingPathComponent(folder)
        let paths = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)!
        return paths.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map {
            let text = try! String(contentsOf: $0, encoding: .utf8)
            let code = text.replacing(/"""(?s:.*?)"""/, with: "").replacing(/\/\/[^\n]*/, with: "")
            return (folder, $0.lastPathComponent, code.replacing(/"(\\.|[^"\\\n])*"/, with: ""))
        }
    }

    @Test("No file names a type of a floor above its own")
    func oneWay() {
        let files = Self.files
        var floor: [String: Int] = [:]
        for (number, folders) in Self.floors.enumerated() { for folder in folders { floor[folder] = number } }
        var homes: [Substring: Set<String>] = [:], nested: Set<Substring> = []
        let declaration = /^( *)(?:[\w()@]+ )*?(?:struct|class|enum|protocol|typealias) ([A-Z]\w*)/
            .anchorsMatchLineEndings()
        for (folder, _, code) in files {
            for match in code.matches(of: declaration) {
                if match.1.isEmpty { homes[match.2, default: []].insert(folder) } else { nested.insert(match.2) }
            }
        }
        #expect(homes.count > 150, "the declarations were not found")
        for (folder, name, code) in files {
            for word in Set(code.matches(of: /\b[A-Z]\w*/).map(\.0)) {
                // a name that has several homes does not tell which is meant
                guard let home = homes[word], home.count == 1, !nested.contains(word) else { continue }
                #expect(floor[home.first!]! <= floor[folder]!, "\(folder)/\(name) names \(word) of \(home.first!)")
            }
        }
    }
}
