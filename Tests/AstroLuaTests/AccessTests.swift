import AstroLua
import Foundation
import Testing

@Suite("Files that a script may touch")
struct AccessTests {
    /// Of several ranks, each asks whether the script may write a file while the first one makes it.
    @Test("are not refused because somebody makes them at that moment")
    func madeMeanwhile() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("access-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var options = Options()
        options.writable = [directory.path]
        let access = Access(options), paths = (0..<4000).map { directory.appendingPathComponent("\($0)").path }
        let maker = Task.detached {
            for path in paths { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        }
        var refused: [String] = []
        for path in paths {
            var wasThere = false
            // up to the moment when it is there, and once after
            while !wasThere {
                wasThere = FileManager.default.fileExists(atPath: path)
                if let refusal = access.refusal(path, writing: true) { refused.append(refusal) }
            }
        }
        await maker.value
        #expect(refused.isEmpty)
    }

    @Test("are refused where a link leads out of the sandbox, or nowhere")
    func links() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("access-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var options = Options()
        options.writable = [directory.path]
        let access = Access(options)
        for (name, target) in [("out", "/etc/passwd"), ("nowhere", "/nowhere/at/all"), ("self", "self")] {
            let path = directory.appendingPathComponent(name).path
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
            #expect(access.refusal(path, writing: true) != nil)
        }
        #expect(access.refusal(directory.appendingPathComponent("new").path, writing: true) == nil)
    }
}
