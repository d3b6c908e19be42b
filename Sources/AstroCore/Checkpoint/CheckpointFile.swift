#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The frame of a checkpoint: a header, then sections, each with its length and a digest. Docs/checkpoints.md describes it byte by
/// byte.
package enum CheckpointFormat {
    /// Begins with a byte that is not text and holds both kinds of line ends, so that what was sent as text is found out.
    static let magic: [UInt8] = [0x89] + Array("ASTRO".utf8) + [0x0d, 0x0a]
    /// Files of this version and of all before can be read.
    ///
    /// - 2: devices with what they carry from before their last change; when and where a negative weight arrives.
    /// - 3: when within a step cells spike.
    /// - 4: whether targets keep the traces of synapses.
    package static let version: UInt32 = 4
    static let headerSize = 48, sectionHeaderSize = 40

    /// Kinds of sections: four letters.
    package enum Section: String {
        case simulation = "SIMU"
        case recording = "RECO", spikes = "SPIK", samples = "SAMP"
        case population = "POPU", column = "COLU", devices = "DEVI", positions = "PLAC"
        case projection = "PROJ", rows = "ROWS", synapses = "SYNA"
        case signals = "SICS", link = "LINK"
        case attachments = "ATTA", pending = "PEND", history = "HIST"
        /// Only where there are some: spikes that synapses have sent to paired cells.
        case thirdSpikes = "THRD"
        /// Only where synapses look back at spikes of paired cells: those.
        case pairedSpikes = "PAIR"
        /// Only where synapses follow their targets from step to step: what they may ask for.
        case steps = "STEP"
        /// Only where connections are recorded: one for each recorder.
        case connectionRecorder = "CREC"
        case end = "END."
        /// How far a script had come.
        case run = "RUN.", journal = "JOUR"
    }
}

extension CheckpointFormat {
    /// The bytes of a file whose sections were changed, with right digests: for tests and the fuzzer, which would not get far
    /// without.
    package static func resealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes, place = headerSize
        while place + sectionHeaderSize <= bytes.count {
            let length = bytes[place + 8..<place + 16].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let start = place + sectionHeaderSize, end = start + min(Int(clamping: length), bytes.count - start)
            bytes.replaceSubrange(place + 16..<place + 32, with: Digest(of: bytes[start..<end]).bytes)
            bytes.replaceSubrange(place + 32..<start, with: Digest(of: bytes[place..<place + 32]).bytes.prefix(8))
            place = start + padded(end - start, to: 8)
        }
        guard bytes.count >= headerSize else { return bytes }
        let length = withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) }
        bytes.replaceSubrange(16..<24, with: length)
        bytes.replaceSubrange(32..<48, with: Digest(of: bytes[..<32]).bytes)
        return bytes
    }
}

/// Writes a checkpoint aside, and puts it in its place when it is whole and on the disk.
///
/// Of several ranks, all of which call the same, the first one has the file. If it cannot write, it takes part to the end
/// all the same, since others wait for it; then all get the error.
package final class CheckpointWriter {
    private let file: DurableFile?
    private var sections = 0
    private var problem: (any Error)?
    /// Sections of small populations are short: they are written many at a time.
    private var unwritten: [UInt8] = []
    private static let mostUnwritten = 1 << 18
    let together: Together
    private var ranks: Ranks { together.ranks }

    private init(_ file: DurableFile?, _ together: Together) { (self.file, self.together) = (file, together) }

    package static func write(
        to path: String, _ together: Together, _ body: (CheckpointWriter) throws -> Void
    ) throws {
        let isFirst = together.ranks.rank == 0
        let writer = try together.agree { CheckpointWriter(isFirst ? try DurableFile(path) : nil, together) }
        try writer.append([UInt8](repeating: 0, count: CheckpointFormat.headerSize))
        try body(writer)
        try together.onFirst { try writer.finish() }
    }

    private func append(_ bytes: [UInt8]) throws {
        guard file != nil, problem == nil else { return }
        unwritten += bytes
        if unwritten.count >= Self.mostUnwritten { try flush() }
    }

    private func flush() throws {
        guard let file, problem == nil else { return }
        do {
            try file.write(unwritten)
            unwritten.removeAll(keepingCapacity: true)
        } catch {
            if ranks.isAlone { throw error }
            problem = error
        }
    }

    private func finish() throws {
        try flush()
        if let problem { throw problem }
        try file!.write(header(file!.length), at: 0)
        try file!.finish()
    }

    /// The file, and what a killed program has left beside it.
    package static func remove(_ path: String) {
        unlink(path)
        _ = try? DurableFile(path)
    }

    private func header(_ length: Int) -> [UInt8] {
        var bytes = CheckpointFormat.magic
        bytes += Self.little(UInt64(CheckpointFormat.version) | UInt64(CheckpointFormat.headerSize) << 32)
        bytes += Self.little(UInt64(length)) + Self.little(UInt64(sections))
        return bytes + Digest(of: bytes).bytes
    }

    /// - `number`: which of several of its kind.
    package func put(_ section: CheckpointFormat.Section, _ number: Int = 0, _ contents: SectionWriter) throws {
        guard file != nil else { return }
        let bytes = contents.bytes
        var header = Array(section.rawValue.utf8) + Self.little(UInt64(number)).prefix(4)
        header += Self.little(UInt64(bytes.count)) + Digest(of: bytes).bytes
        header += Digest(of: header).bytes.prefix(8)
        try append(header)
        try append(bytes)
        try append([UInt8](repeating: 0, count: padded(bytes.count, to: 8) - bytes.count))
        sections += 1
    }

    /// A section that the first rank knows all of.
    func put(
        _ section: CheckpointFormat.Section, _ number: Int = 0, _ fill: (inout SectionWriter) throws -> Void
    ) throws {
        guard file != nil else { return }
        var contents = SectionWriter()
        try fill(&contents)
        try put(section, number, contents)
    }

    /// A section of which each rank knows a part.
    func put(
        _ section: CheckpointFormat.Section, _ number: Int = 0,
        merging merge: (inout [SectionReader]) throws -> SectionWriter, _ fill: (inout SectionWriter) throws -> Void
    ) throws {
        var part = SectionWriter()
        try fill(&part)
        if ranks.isAlone { return try put(section, number, part) }
        var parts = together.toFirst(part.bytes).map { SectionReader($0, "a part of \(section.rawValue)") }
        guard file != nil, problem == nil else { return }
        do { try put(section, number, merge(&parts)) } catch { problem = error }
    }

    private static func little(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}

/// Reads a checkpoint section by section. What it hands out has the digest that was written with it.
///
/// Of several ranks, all of which call the same, the first one reads, and the others get it from there: no other needs to see
/// the file.
package final class CheckpointReader {
    package let path: String
    /// The first rank's.
    private var file: UnsafeMutablePointer<FILE>?
    package private(set) var length = 0
    /// Of the format in which it is written.
    private(set) var version = Int(CheckpointFormat.version)
    private var place = 0
    private var sectionsLeft = 0
    private var next: (section: CheckpointFormat.Section, number: Int)?
    private var nextLength = 0
    private var nextDigest: [UInt8] = []
    let together: Together
    private var ranks: Ranks { together.ranks }

    package init(_ path: String, _ together: Together) throws {
        (self.path, self.together) = (path, together)
        try onFirst {
            guard InputFile.isRegular(path) else { throw InputError("'\(path)' is not a file") }
            guard let file = fopen(path, "rbe") else {
                throw InputError("'\(path)': \(String(cString: strerror(errno)))")
            }
            self.file = file
            var status = stat()
            guard fstat(fileno(file), &status) == 0 else { throw InputFile.failure(path) }
            length = Int(status.st_size)
            try readHeader()
            try advance()
        }
    }

    deinit { if let file { fclose(file) } }

    /// Lets the first rank read, and tells the others what comes next.
    private func onFirst(_ body: () throws -> Void) throws {
        if ranks.isAlone { return try body() }
        try together.onFirst(body)
        let name = next.map { Array($0.section.rawValue.utf8).map(Int.init) } ?? [0, 0, 0, 0]
        let told = together.share(name + [next?.number ?? 0, nextLength, length, version])
        let section = CheckpointFormat.Section(
            rawValue: String(decoding: told[..<4].map { UInt8($0) }, as: UTF8.self))
        next = section.map { ($0, told[4]) }
        (nextLength, length, version) = (told[5], told[6], told[7])
    }

    func damaged(_ problem: String) -> InputError { InputError("the checkpoint '\(path)' \(problem)") }

    private func readHeader() throws {
        let wanted = CheckpointFormat.headerSize
        let header = try read(min(wanted, length))
        guard header.starts(with: CheckpointFormat.magic.prefix(header.count)), header.count >= 8 else {
            throw InputError("'\(path)' is not a checkpoint of astrolua (sim:save writes them)")
        }
        guard header.count == wanted else { throw damaged("is truncated: it ends within its header") }
        version = Self.number(header, 8, 4)
        guard version <= CheckpointFormat.version else {
            throw damaged(
                "has format \(version), written by a newer program; this one reads formats up to \(CheckpointFormat.version)"
            )
        }
        let whole = Self.number(header, 16, 8)
        guard Digest(of: header.prefix(32)).bytes == Array(header[32...]) else {
            throw damaged("is damaged: its header was changed")
        }
        guard whole <= length else { throw damaged("is truncated: \(length) of \(whole) bytes are there") }
        guard whole == length else { throw damaged("is damaged: \(length - whole) bytes were added to it") }
        sectionsLeft = Self.number(header, 24, 8)
    }

    /// Reads the header of the next section.
    private func advance() throws {
        next = nil
        guard sectionsLeft > 0 else { return }
        sectionsLeft -= 1
        let header = try read(CheckpointFormat.sectionHeaderSize)
        guard Array(Digest(of: header.prefix(32)).bytes.prefix(8)) == Array(header[32...]) else {
            throw damaged("is damaged at byte \(place - header.count): the header of a section was changed")
        }
        let name = String(decoding: header.prefix(4), as: UTF8.self)
        guard let section = CheckpointFormat.Section(rawValue: name) else {
            throw damaged("has a section '\(name)', which this program does not know")
        }
        next = (section, Self.number(header, 4, 4))
        nextLength = Self.number(header, 8, 8)
        guard nextLength <= length - place else { throw damaged("is damaged: a section is longer than the file") }
        nextDigest = Array(header[16..<32])
    }

    private static func number(_ bytes: [UInt8], _ place: Int, _ size: Int) -> Int {
        let number = bytes[place..<place + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(clamping: number)
    }

    private func read(_ count: Int) throws -> [UInt8] {
        guard count <= length - place else { throw damaged("is damaged: it ends too early") }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = fread(buffer.baseAddress ?? UnsafeMutablePointer(bitPattern: 8)!, 1, count, file!)
        }
        guard bytes.count == count else { throw damaged("cannot be read: \(String(cString: strerror(errno)))") }
        place += count
        return bytes
    }

    /// The next section's kind, nil at the end.
    package var upcoming: CheckpointFormat.Section? { next?.section }
    package var upcomingNumber: Int { next?.number ?? 0 }

    /// The next section if it is of this kind, and which of its kind it is.
    package func takeIf(_ section: CheckpointFormat.Section) throws -> (number: Int, contents: SectionReader)? {
        guard let next, next.section == section else { return nil }
        let what = describe(next)
        var bytes: [UInt8] = []
        try onFirst { bytes = try readContents(section) }
        return (next.number, SectionReader(together.fromFirst(ranks.rank == 0 ? bytes : nil)!, what))
    }

    private func describe(_ next: (section: CheckpointFormat.Section, number: Int)) -> String {
        "the checkpoint '\(path)' is damaged: section \(next.section.rawValue) \(next.number)"
    }

    /// Of the section that comes next; then reads the header of the one behind it.
    private func readContents(_ section: CheckpointFormat.Section) throws -> [UInt8] {
        try Memory.refuse(Double(nextLength), for: "a part of the checkpoint '\(path)'")
        let start = place
        let bytes = try read(nextLength)
        let filling = try read(padded(nextLength, to: 8) - nextLength)
        guard Digest(of: bytes).bytes == nextDigest, filling.allSatisfy({ $0 == 0 }) else {
            throw damaged(
                "is damaged between bytes \(start) and \(place): section \(section.rawValue) was changed")
        }
        try advance()
        return bytes
    }

    /// The next section, of which each rank gets a part of the same form.
    ///
    /// - `split`: the parts, one a rank; called on the first one, where there are others.
    func take(
        _ section: CheckpointFormat.Section, dealing split: (inout SectionReader) throws -> [SectionWriter]
    ) throws -> (number: Int, contents: SectionReader) {
        guard let next, next.section == section, !ranks.isAlone else { return try take(section) }
        let what = describe(next)
        var parts = Array(repeating: [UInt8](), count: ranks.count)
        try onFirst {
            var contents = SectionReader(try readContents(section), what)
            parts = try split(&contents).map(\.bytes)
        }
        return (next.number, SectionReader(together.exchange(parts)[0], what))
    }

    package func take(_ section: CheckpointFormat.Section) throws -> (number: Int, contents: SectionReader) {
        if let found = try takeIf(section) { return found }
        throw damaged("is damaged: section \(section.rawValue) is missing")
    }

    /// How many nodes the populations of the simulation have that comes next, and are they cells?
    func populationsAhead() throws -> [(count: Int, isCells: Bool)] {
        var sizes: [Int] = []
        try onFirst {
            let start = (place, next, nextLength, nextDigest, sectionsLeft)
            while let section = next?.section, section != .end {
                if section == .population {
                    sizes.append(try populationSize(try readContents(section)))
                } else {
                    place += padded(nextLength, to: 8)
                    fseek(file!, place, SEEK_SET)
                    try advance()
                }
            }
            (place, next, nextLength, nextDigest, sectionsLeft) = start
            fseek(file!, place, SEEK_SET)
        }
        let count = together.share([sizes.count])[0]
        let all = together.share(ranks.rank == 0 ? sizes : [Int](repeating: 0, count: count))
        return all.map { (abs($0), $0 > 0) }
    }

    /// Less than 0 for devices.
    private func populationSize(_ bytes: [UInt8]) throws -> Int {
        var contents = SectionReader(bytes, "the checkpoint '\(path)' is damaged: section POPU")
        let model = try contents.text()
        _ = try contents.optionalText()
        let count = try contents.int(1...Simulation.mostNodes, "number of nodes")
        return Catalogue.cellModel(model) != nil ? count : -count
    }

    /// Leaves out a simulation: all up to its end.
    package func skipSimulation() throws {
        while let next {
            _ = try take(next.section)
            if next.section == .end { return }
        }
    }

    /// To be called when all has been read.
    package func finish() throws {
        guard let next else { return }
        throw damaged("is damaged: section \(next.section.rawValue) begins where it should end")
    }
}

extension Digest {
    /// Of bytes, filled up with zeros to whole words; their number counts, too.
    package init(of bytes: some Collection<UInt8>) {
        self.init()
        let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { add(UnsafeRawBufferPointer($0)) }
        if isContiguous == nil { Array(bytes).withUnsafeBytes { add($0) } }
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let words = bytes.count / 8
        for i in 0..<words { add(bytes.loadUnaligned(fromByteOffset: i &* 8, as: UInt64.self)) }
        var last: UInt64 = 0
        for i in words * 8..<bytes.count { last |= UInt64(bytes[i]) << UInt64(8 * (i % 8)) }
        add(last)
        add(UInt64(bytes.count))
    }

    /// Sixteen bytes.
    package var bytes: [UInt8] { words.withUnsafeBytes { Array($0) } }
}
