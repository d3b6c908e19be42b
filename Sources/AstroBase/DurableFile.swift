#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that is there as a whole or not at all: written aside, brought to the disk, then renamed. Whatever happens before,
/// an older file of that name stays as it was.
///
/// What is written aside is called `path.part`, so that what a killed program leaves is overwritten by the next one. A lock keeps
/// two programs from writing it at once.
package final class DurableFile {
    private let path, aside: String
    private var descriptor: Int32
    /// Bytes written so far.
    package private(set) var length = 0

    package init(_ path: String) throws {
        (self.path, aside) = (path, path + ".part")
        descriptor = try Self.openLocked(aside, for: path)
    }

    /// Not finished: an error, so nothing of it stays.
    deinit {
        guard descriptor >= 0 else { return }
        unlink(aside)
        close(descriptor)
    }

    /// Opens the file aside and locks it. Its name may have gone to another file before the lock was there: then once more.
    private static func openLocked(_ aside: String, for path: String) throws -> Int32 {
        while true {
            let descriptor = open(aside, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
            guard descriptor >= 0 || errno != ELOOP else {
                throw InputError("can't write '\(path)': '\(aside)' is in the way and is not a file")
            }
            guard descriptor >= 0 else { throw OutputFile.failure(path) }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                close(descriptor)
                throw InputError("can't write '\(path)': another program is writing it")
            }
            var mine = stat(), named = stat()
            let isKnown = fstat(descriptor, &mine) == 0
            guard !isKnown || mine.st_mode & S_IFMT == S_IFREG else {
                close(descriptor)
                throw InputError("can't write '\(path)': '\(aside)' is in the way and is not a file")
            }
            if isKnown, lstat(aside, &named) == 0, mine.st_ino == named.st_ino,
                mine.st_dev == named.st_dev, ftruncate(descriptor, 0) == 0
            {
                return descriptor
            }
            close(descriptor)
        }
    }

    package func write(_ bytes: [UInt8]) throws {
        try write(bytes, at: length)
        length += bytes.count
    }

    /// Over what was written before.
    package func write(_ bytes: [UInt8], at start: Int) throws {
        try bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw OutputFile.failure(path) }
                done += count
            }
        }
    }

    package func finish() throws {
        guard fsync(descriptor) == 0, rename(aside, path) == 0 else { throw OutputFile.failure(path) }
        close(descriptor)
        descriptor = -1
        // the new name, too, has to reach the disk; some file systems cannot be asked for that
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
