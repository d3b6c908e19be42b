#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Files that appear under their names when they are whole.
package enum OutputFile {
    /// Lets `make` write beside `path`, then renames.
    package static func replace(_ path: String, _ make: (_ aside: String) throws -> Void) throws {
        try checkNobodyWrites(path)
        let aside = path + ".part"
        try checkIsFree(aside, for: path)
        try checkNobodyWrites(aside)
        do {
            try make(aside)
            guard rename(aside, path) == 0 else { throw failure(path) }
        } catch {
            unlink(aside)
            throw error
        }
    }

    /// The same by a process of its own: libhdf5 does not survive a full disk.
    package static func replaceApart(_ path: String, _ make: (_ aside: String) throws -> Void) throws {
        try replace(path) { aside in
            let child = try ChildProcess { output in
                ChildProcess.silence()
                do { try make(aside) } catch { output.write(Array("\(error)".utf8)) }
            }
            let ending = child.finish()
            guard ending != .answered || !child.answer.isEmpty else { return }
            if let reason = reasonNotToGrow(aside) { throw InputError("can't write '\(path)': \(reason)") }
            let said = String(decoding: child.answer, as: UTF8.self)
            throw InputError(said.isEmpty ? "'\(path)': the process that writes it \(ending)" : said)
        }
    }

    /// Libraries do not always say why they could not write.
    private static func reasonNotToGrow(_ path: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let more = 1 << 20
        let problem = posix_fallocate(descriptor, lseek(descriptor, 0, SEEK_END), off_t(more))
        return problem == 0 ? nil : String(cString: strerror(problem))
    }

    /// A link of that name would lead what is written to another file, and a pipe keep it.
    private static func checkIsFree(_ aside: String, for path: String) throws {
        var status = stat()
        guard lstat(aside, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw InputError("can't write '\(path)': '\(aside)' is in the way and is not a file")
    }

    /// What an `AppendingFile` holds would go on growing where nobody finds it.
    private static func checkNobodyWrites(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw InputError("'\(path)' is being written by a recorder or another program: choose another name")
    }

    package static func write(_ path: String, _ fill: (inout [UInt8]) throws -> Void) throws {
        var bytes: [UInt8] = []
        try fill(&bytes)
        try replace(path) { aside in
            let file = try AppendingFile(path, at: aside)
            try file.append(bytes)
            try file.settle()
        }
    }

    package static func failure(_ path: String) -> InputError {
        InputError("can't write '\(path)': \(String(cString: strerror(errno)))")
    }
}
