import AstroCore
import AstroLua
import Glibc

/// An experiment in one file: a zip archive without compression, with a list of its files and their digests in front.
/// Docs/provenance.md describes it. It may be a stranger's, so nothing in it is believed.
struct Bundle {
    static let format = "astrolua bundle", version = 1
    static let ending = ".astro"
    static let largest = 1 << 31 - 1
    private static let list = "bundle.json"

    private let path: String

    /// nil if the file is something else, or is not there.
    init?(_ path: String?) {
        guard let path, path != "-", let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var start = [UInt8](repeating: 0, count: 4)
        guard fread(&start, 1, 4, file) == 4, start == [0x50, 0x4b, 3, 4] else { return nil }
        self.path = path
    }

    // MARK: writing

    static func pack(
        _ files: [(name: String, content: [UInt8])], script: String, arguments: [String], seed: Int64?,
        written: [String]
    ) -> [UInt8] {
        let directories = Set(
            written.filter { StagedName.problem(with: $0) == nil && $0.hasPrefix("current/") }
                .map { String($0[..<$0.lastIndex(of: "/")!]) }
        ).subtracting(["current"])
        let manifest = JSON.fields([
            "format": .text(format), "version": .number(version), "program": RunRecord.program, "script": .text(script),
            "arguments": .texts(arguments), "seed": seed.map { .exact($0) },
            "directories": .texts(directories.sorted()),
            "files": .list(
                files.map {
                    .fields([
                        "file": .text($0.name), "bytes": .number($0.content.count),
                        "sha256": .text(SHA256.hex(of: $0.content)),
                    ])
                }),
        ])
        return ZipArchive([(list, Array(manifest.readable.utf8))] + files).bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard bytes.count <= largest else {
            throw InputError("the bundle would be larger than 2 GB, which is the most")
        }
        let aside = path + ".part"
        let file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw InputError("can't write '\(path)': \(reason)") }
        let isWhole = writeAll(bytes, to: file)
        guard close(file) == 0, isWhole, rename(aside, path) == 0 else {
            let problem = InputError("can't write '\(path)': \(reason)")
            unlink(aside)
            throw problem
        }
    }

    // MARK: running

    func run(_ parsed: CommandLineOptions) -> Int32 {
        guard !parsed.trust else {
            complain("astrolua: a bundle runs in the sandbox only (for --trust unpack it: it is a zip archive)")
            return ExitStatus.wrongOptions
        }
        do {
            let content = try Content(try contents(of: path, atMost: Self.largest))
            let stage = try Stage()
            defer { stage.remove() }
            for (name, bytes) in content.files { try stage.place(bytes, at: name) }
            let arguments = parsed.script.count > 1 ? Array(parsed.script.dropFirst()) : content.arguments
            let script = ["\(stage.directory)/\(content.script)"] + arguments
            return try stage.run {
                Program.run(parsed.with(script: script), command: Array(CommandLine.arguments.prefix(1))) { options in
                    options.bundle = stage.directory
                    options.scriptName = StagedName.shown(content.script)
                    options.seed = options.seed ?? content.seed
                    options.directories = content.directories.map(StagedName.shown)
                }
            }
        } catch {
            complain("astrolua: '\(path)' is no whole bundle: \(error)")
            return ExitStatus.failure
        }
    }

    /// What was in the file, every byte of it checked.
    private struct Content {
        let files: [(name: String, bytes: ArraySlice<UInt8>)]
        let script: String
        let arguments, directories: [String]
        let seed: Int64?

        init(_ bytes: [UInt8]) throws {
            let archive = try ZipContents(bytes)
            guard let first = archive.files.first, first.name == Bundle.list else {
                throw InputError("it does not begin with \(Bundle.list)")
            }
            let manifest = try JSON(parsing: Array(archive.content(of: first)))
            guard manifest["format"]?.text == Bundle.format, manifest["version"]?.whole == Bundle.version else {
                throw InputError("it is of a format or version that this program does not know")
            }
            files = archive.files.dropFirst().map { ($0.name, archive.content(of: $0)) }
            script = manifest["script"]?.text ?? ""
            arguments = manifest["arguments"]?.texts ?? []
            directories = manifest["directories"]?.texts ?? []
            seed = manifest["seed"]?.exact
            try check(RecordedFile.all(manifest["files"]))
        }

        private func check(_ listed: [RecordedFile]) throws {
            let names = files.map(\.name)
            for name in names + directories {
                guard let problem = StagedName.problem(with: name) else { continue }
                throw InputError("the file name '\(name.prefix(80))' \(problem)")
            }
            guard Set(names).count == names.count else { throw InputError("two of its files have the same name") }
            guard listed.map(\.name) == names else { throw InputError("its files are not those of its list") }
            for (file, entry) in zip(files, listed) where SHA256.hex(of: Array(file.bytes)) != entry.digest {
                throw InputError("'\(file.name)' was altered: it does not have its digest")
            }
            guard names.contains(script) else { throw InputError("its script '\(script.prefix(80))' is not in it") }
        }
    }
}
