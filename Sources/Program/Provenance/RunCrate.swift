import AstroCore
import AstroLua
import Glibc

/// The description of a published run as a Process Run Crate 0.5 (https://w3id.org/ro/wfrun/process/0.5), a profile of RO-Crate 1.1.
struct RunCrate {
    private let run: PublishedRun
    private let files: [(name: String, bytes: [UInt8])]

    init(_ run: PublishedRun, files: [(name: String, bytes: [UInt8])]) { (self.run, self.files) = (run, files) }

    private static let profile = "https://w3id.org/ro/wfrun/process/0.5"
    private static let types = [
        "lua": "text/x-lua", "csv": "text/csv", "json": "application/json", "svg": "image/svg+xml", "png": "image/png",
        "pdf": "application/pdf", "html": "text/html", "astro": "application/zip", "npz": "application/zip",
        "h5": "application/x-hdf5", "dat": "text/plain", "txt": "text/plain", "py": "text/x-python",
    ]

    var metadata: JSON {
        let graph =
            [descriptor, root, profile, action, program] + [author, license].compactMap { $0 } + organizations
            + arguments
            + files.map(file)
        return .fields(["@context": .text("https://w3id.org/ro/crate/1.1/context"), "@graph": .list(graph)])
    }

    // MARK: the crate

    private var descriptor: JSON {
        entity(
            "ro-crate-metadata.json", "CreativeWork",
            ["conformsTo": reference("https://w3id.org/ro/crate/1.1"), "about": reference("./")])
    }

    private var root: JSON {
        entity(
            "./", "Dataset",
            [
                "name": .text(run.title),
                "description": .text(
                    run.head["description"] ?? "A run of \(run.script) in astrolua, with its results."),
                "datePublished": .text(String(Self.date(time(nil)).prefix(10))),
                "license": license.flatMap { $0["@id"]?.text }.map(reference),
                "author": author == nil ? nil : reference("#author"),
                "publisher": run.head["publisher"] == nil ? nil : reference("#publisher"),
                "conformsTo": reference(Self.profile),
                "hasPart": one(files.map { reference(Self.identifier($0.name)) }),
                "mentions": reference("#run"),
            ])
    }

    private var profile: JSON {
        entity(Self.profile, "CreativeWork", ["name": .text("Process Run Crate"), "version": .text("0.5")])
    }

    private var author: JSON? {
        run.head["author"].map {
            entity(
                "#author", "Person",
                ["name": .text($0), "affiliation": run.head["affiliation"] == nil ? nil : reference("#affiliation")])
        }
    }

    private var organizations: [JSON] {
        ["affiliation", "publisher"].compactMap { role in
            run.head[role].map { entity("#\(role)", "Organization", ["name": .text($0)]) }
        }
    }

    /// What the script says of it: an address, an identifier of SPDX, or words.
    private var license: JSON? {
        guard let words = run.head["license", "licence"] else {
            return entity(
                "#license", "CreativeWork",
                [
                    "name": .text("not stated"),
                    "description": .text("The script does not say under which license it may be used."),
                ])
        }
        if words.hasPrefix("https://") || words.hasPrefix("http://"), !words.contains(" ") {
            return entity(
                words, "CreativeWork", ["name": .text(words), "description": .text("The license of this crate.")])
        }
        let isIdentifier = words.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.+".contains($0)) }
        return entity(
            isIdentifier ? "https://spdx.org/licenses/\(words)" : "#license", "CreativeWork",
            ["name": .text(words), "description": .text("The license of this crate.")])
    }

    // MARK: the run

    private var action: JSON {
        let hasFailed = run.json["status"]?.whole != 0
        return entity(
            "#run", "CreateAction",
            [
                "name": .text("Run of \(run.script)"),
                "description": .text(
                    "astrolua runs \(run.script); 'astrolua verify \(PublishedRun.page)' runs it again and compares."),
                "startTime": run.json["started"]?.text.map { .text(Self.stamp($0)) }, "endTime": end.map { .text($0) },
                "instrument": reference(programIdentifier), "agent": author == nil ? nil : reference("#author"),
                "object": one(
                    references([.script, .module, .data]) + arguments.compactMap { $0["@id"]?.text }.map(reference)),
                "result": one(references([.result]) + [reference(PublishedRun.record)]),
                "actionStatus": .text("http://schema.org/\(hasFailed ? "Failed" : "Completed")ActionStatus"),
                "error": hasFailed ? run.json["problem"] : nil,
            ])
    }

    private func references(_ roles: [PublishedRun.File.Role]) -> [JSON] {
        run.files.filter { roles.contains($0.role) }.map { reference(Self.identifier($0.name)) }
    }

    private var program: JSON {
        entity(
            programIdentifier, "SoftwareApplication",
            [
                "name": .text("astrolua"), "softwareVersion": .text(version),
                "description": .text("Simulates networks of neurons and astrocytes, scripted in Lua."),
            ])
    }

    private var version: String { run.json["program"]?["astrolua"]?.text ?? "unknown" }

    /// The same in all crates of runs of this version: a UUID (version 8 of RFC 9562) of its name.
    private var programIdentifier: String {
        var digits = Array(SHA256.hex(of: Array("astrolua \(version)".utf8)).prefix(32))
        (digits[12], digits[16]) = ("8", "8")
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        return "urn:uuid:" + parts.joined(separator: "-")
    }

    /// Options and arguments.
    private var arguments: [JSON] {
        let options = ["seed", "threads", "time_limit"].compactMap { name in
            run.json["options"]?[name].map { value("--\(name == "time_limit" ? "time-limit" : name)", $0) }
        }
        let words = (run.json["arguments"]?.list ?? []).enumerated().map { value("argument \($0 + 1)", $1) }
        return options + words
    }

    private func value(_ name: String, _ value: JSON) -> JSON {
        entity("#" + Self.identifier(name), "PropertyValue", ["name": .text(name), "value": value])
    }

    private func file(_ name: String, _ bytes: [UInt8]) -> JSON {
        let ending = name.lastIndex(of: ".").map { name[$0...].dropFirst().lowercased() } ?? ""
        let isRecord = name == PublishedRun.record
        let description =
            isRecord
            ? "The record of the run: texts, versions, digests of states and files (astrolua verify checks it)."
            : name == PublishedRun.page ? "The run as a page; it holds the bundle." : nil
        return entity(
            Self.identifier(name), "File",
            [
                "name": .text(StagedName.shown(name)), "description": description.map { .text($0) },
                "contentSize": .text("\(bytes.count)"), "sha256": .text(SHA256.hex(of: bytes)),
                "encodingFormat": .text(Self.types[ending] ?? "application/octet-stream"),
            ])
    }

    // MARK: words of JSON-LD

    private func entity(_ id: String, _ type: String, _ fields: KeyValuePairs<String, JSON?>) -> JSON {
        .fields([("@id", .text(id)), ("@type", .text(type))] + Array(fields))
    }

    /// One value stands by itself.
    private func one(_ values: [JSON]) -> JSON { values.count == 1 ? values[0] : .list(values) }

    private func reference(_ id: String) -> JSON { .fields(["@id": .text(id)]) }

    /// A path as part of an address: what is no plain letter is written as its bytes.
    private static func identifier(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain =
                byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
            if isPlain || "-._~/".utf8.contains(byte) { return String(Character(Unicode.Scalar(byte))) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }

    // MARK: times

    /// "2026-01-02T03:04:05+00:00" of "2026-01-02T03:04:05Z".
    private static func stamp(_ text: String) -> String { text.hasSuffix("Z") ? text.dropLast() + "+00:00" : text }

    private var end: String? {
        let numbers = (run.json["started"]?.text ?? "").split { !$0.isNumber }.compactMap { Int32($0) }
        guard numbers.count == 6, (1970...9999).contains(numbers[0]), let seconds = run.json["wall_seconds"]?.number,
            seconds >= 0, seconds < 1e10
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        return Self.stamp(Self.date(timegm(&parts) + time_t(seconds.rounded())))
    }

    private static func date(_ time: time_t) -> String { RunRecord.date(time) }
}
