import AstroCore
import AstroLua
import Glibc

/// An experiment in one file: a zip archive without compression, with a list of its files and their digests in front; or a page with
/// such an archive in it. Docs/provenance.md describes both. It may be a stranger's, so nothing in it is believed.
struct Bundle {
    static let ending = ".astro"
    static let largest = 1 << 31 - 1

    private let path: String
    private let isPage: Bool

    /// nil if the file is something else, or is not there.
    init?(_ path: String?) {
        guard let path, path != "-", let (file, _) = try? openFile(path) else { return nil }
        defer { close(file) }
        var start = [UInt8](repeating: 0, count: PageContents.start.utf8.count)
        let count = read(file, &start, start.count)
        isPage = count == start.count && start == Array(PageContents.start.utf8)
        guard isPage || start.starts(with: [0x50, 0x4b, 3, 4]) else { return nil }
        self.path = path
    }

    // MARK: writing

    static func pack(
        _ files: [(name: String, content: [UInt8])], script: String, arguments: [String], record: JSON
    ) -> [UInt8] {
        let written = (record["written"]?.list ?? []).compactMap { $0["file"]?.text }
        let directories = Set(
            written.filter { StagedName.problem(with: $0) == nil && $0.hasPrefix("current/") }
                .map { String($0[..<$0.lastIndex(of: "/")!]) }
        ).subtracting(["current"])
        let manifest = JSON.fields([
            "format": .text(BundleContents.format), "version": .number(BundleContents.version),
            "program": RunRecord.program, "script": .text(script),
            "arguments": .texts(arguments), "seed": record["options"]?["seed"],
            "directories": .texts(directories.sorted()),
            "files": .list(
                files.map {
                    .fields([
                        "file": .text($0.name), "bytes": .number($0.content.count),
                        "sha256": .text(SHA256.hex(of: $0.content)),
                    ])
                }),
            "record": record.withoutTexts,
        ])
        return ZipArchive([(BundleContents.list, Array(manifest.readable.utf8))] + files).bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard bytes.count <= largest else {
            throw InputError("the bundle would be larger than 2 GB (the limit)")
        }
        let file = try DurableFile(path)
        try file.write(bytes)
        try file.finish()
    }

    // MARK: reading and running

    func bytes(atMost limit: Int = largest) throws -> [UInt8] {
        let bytes = try contents(of: path, atMost: limit)
        return isPage ? try PageContents.bundle(in: bytes) : bytes
    }

    /// - `asked`: a run of the bundle as if it were a script.
    func run(_ asked: RunRequest) -> Int32 {
        guard !asked.options.trust else {
            complain(
                "astrolua: a bundle runs in the sandbox only (to use --trust, unpack it first: it is a zip archive)")
            return ExitStatus.wrongOptions
        }
        do {
            let content = try withinTime(asked.options.timeLimit) {
                try BundleContents(try bytes())
            }
            let stage = try Stage()
            defer { stage.remove() }
            for (name, bytes) in content.files { try stage.folder.place(bytes, at: name) }
            let given = asked.options.arguments
            var request = asked.with(
                script: "\(stage.directory)/\(content.script)", given.isEmpty ? content.arguments : given)
            request.options.bundle = stage.directory
            request.options.scriptName = StagedName.shown(content.script)
            request.options.seed = asked.options.seed ?? content.seed
            request.options.directories = content.directories.map(StagedName.shown)
            return try stage.run { Program.run(request) }
        } catch {
            complain("astrolua: '\(path)' is not a complete bundle: \(error)")
            return ExitStatus.failure
        }
    }
}
