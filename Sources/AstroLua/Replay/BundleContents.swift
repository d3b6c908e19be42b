import AstroCore

/// What is in a bundle, every byte of it checked. It may be a stranger's, so nothing in it is believed.
package struct BundleContents {
    package static let format = "astrolua bundle", version = 1
    /// Of the file that comes first.
    package static let list = "bundle.json"

    package let files: [(name: String, bytes: ArraySlice<UInt8>)]
    package let script: String
    /// Directories that the script writes into.
    package let arguments, directories: [String]
    package let seed: Int64?
    /// Of the run in which it was packed; one that an older program has packed has none.
    package let record: JSON?

    package init(_ bytes: [UInt8]) throws {
        let archive = try ZipContents(bytes)
        guard let first = archive.files.first, first.name == Self.list else {
            throw InputError("it does not begin with \(Self.list)")
        }
        let manifest = try JSON(parsing: Array(archive.content(of: first)))
        guard manifest["format"]?.text == Self.format, manifest["version"]?.whole == Self.version else {
            throw InputError("this program does not know its format or version")
        }
        files = archive.files.dropFirst().map { ($0.name, archive.content(of: $0)) }
        script = try manifest.needed("script", \.text)
        arguments = try manifest.field("arguments", \.texts) ?? []
        directories = try manifest.field("directories", \.texts) ?? []
        seed = try manifest.field("seed", \.exact)
        let contents = Dictionary(files.map { ($0.name, $0.bytes) }) { first, _ in first }
        record = manifest["record"]?.withTexts { contents[$0].map { Array($0) } }
        try check(try RecordedFile.all(manifest, "files"))
    }

    private func check(_ listed: [RecordedFile]) throws {
        let names = files.map(\.name)
        for name in names + directories {
            guard let problem = StagedName.problem(with: name) else { continue }
            throw InputError("the file name '\(StagedName.quoted(name))' \(problem)")
        }
        guard Set(names).count == names.count else { throw InputError("two of its files have the same name") }
        guard listed.map(\.name) == names else { throw InputError("its files are not those in its list") }
        try StagedName.checkDirectories(above: names)
        try StagedName.checkDirectories(above: directories.map { "\($0)/" })
        for (file, entry) in zip(files, listed) where SHA256.hex(of: Array(file.bytes)) != entry.digest {
            throw InputError("'\(StagedName.quoted(file.name))' was altered: its digest does not match")
        }
        guard names.contains(script) else { throw InputError("its script '\(StagedName.quoted(script))' is not in it") }
    }
}
