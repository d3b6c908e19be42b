#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that grows by pieces and of which nothing is lost: a piece is in it as a whole or not at all, also where the
/// disk is full; what is in it stays when the program ends, however it ends; and nobody else writes it meanwhile.
package final class AppendingFile {
    /// The name in messages.
    package let path: String
    /// Bytes of the pieces that are in it.
    package private(set) var size: Int
    private let descriptor: Int32
    /// A fork shares the file's place and lock, so its pieces would lie among ours.
    private let owner = getpid()
    private var isSettled = true
    /// Bytes behind the pieces that are to be taken away.
    private var excess = 0

    /// - `path`: the name in messages; `place`: where the file is, if it is elsewhere.
    /// - `keeping`: what is in it already.
    package init(_ path: String, at place: String? = nil, keeping: Bool = false) throws {
        let descriptor = open(place ?? path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw OutputFile.failure(path) }
        (self.path, self.descriptor) = (path, descriptor)
        size = 0
        try lock()
        if keeping {
            guard InputFile.isRegular(place ?? path) else { throw InputError("'\(path)' is not a file") }
            size = Int(lseek(descriptor, 0, SEEK_END))
        } else {
            try cut(to: 0)
        }
    }

    deinit { close(descriptor) }

    /// The lock ends with the process, so none is ever left behind. Where files cannot be locked, there is none.
    private func lock() throws {
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        throw InputError("'\(path)' is being written by another recorder or another program: choose another name")
    }

    package func append(_ piece: some Collection<UInt8>) throws {
        let isPut: Void? = try piece.withContiguousStorageIfAvailable { try put(UnsafeRawBufferPointer($0)) }
        if isPut == nil { try Array(piece).withUnsafeBytes(put) }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        try checkOwner()
        if excess > 0 { try cut(to: size) }
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(size + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unfinished(errno) }
            done += count
        }
        size += bytes.count
        isSettled = false
    }

    private func checkOwner() throws {
        guard getpid() == owner else {
            throw InputError(
                "'\(path)' can be written only by the process that opened it: give each process a file of its own")
        }
    }

    private func unfinished(_ reason: Int32) -> InputError {
        _ = ftruncate(descriptor, off_t(size))
        errno = reason
        return OutputFile.failure(path)
    }

    /// Takes away what is behind the first bytes.
    package func cut(to count: Int) throws {
        try checkOwner()
        guard ftruncate(descriptor, off_t(count)) == 0 else { throw OutputFile.failure(path) }
        (size, excess) = (count, 0)
    }

    /// The next piece goes behind the first bytes; what was there stays until then.
    package func goBack(to count: Int) throws {
        guard count <= size else {
            throw InputError("'\(path)' holds \(size) bytes instead of the \(count) that were written")
        }
        (size, excess) = (count, size - count)
    }

    package func contents() throws -> [UInt8] {
        try Memory.refuse(Double(size) * 4, for: "the contents of '\(path)'")
        var bytes = [UInt8](repeating: 0, count: size)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + done, $0.count - done, off_t(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw InputFile.failure(path) }
            done += count
        }
        return bytes
    }

    /// Waits until the disk has it: a loss of power does not take it away either.
    package func settle() throws {
        guard !isSettled, getpid() == owner else { return }
        // what is not a file on a disk cannot
        guard fdatasync(descriptor) == 0 || errno == EINVAL || errno == ENOSYS else { throw OutputFile.failure(path) }
        isSettled = true
    }
}
