import AstroCore
import AstroLua
import Glibc

/// A directory that is filled with files under names that a record or a bundle gives them. It overwrites nothing and follows no links.
struct Folder {
    let directory: String
    /// For this user's eyes only.
    let isPrivate: Bool

    init(_ directory: String, isPrivate: Bool) { (self.directory, self.isPrivate) = (directory, isPrivate) }

    /// A new directory for the user; one that is there must be empty. A link could lead anywhere.
    init(new path: String) throws {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw InputError("can't make '\(path)': \(reason)") }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, let entries = directoryEntries(path) else {
            throw InputError("'\(path)' is not a directory")
        }
        guard entries.allSatisfy({ [".", ".."].contains($0) }) else {
            throw InputError("'\(path)' is not empty, and existing files are not overwritten")
        }
        guard let real = realpath(path, nil) else { throw InputError("can't find '\(path)': \(reason)") }
        defer { free(real) }
        self.init(String(cString: real), isPrivate: false)
    }

    func place(_ bytes: some Collection<UInt8>, at name: String) throws {
        try withNewFile(name) { file in
            guard writeAll(Array(bytes), to: file) else { throw InputError("can't write '\(name)': \(reason)") }
        }
    }

    /// Copies a file, or only reads it where there is no `name`; its digest, nil if it has another length.
    func place(fileAt path: String, _ bytes: Int, at name: String?) throws -> String? {
        let (file, size) = try openFile(path)
        defer { close(file) }
        guard size == bytes else { return nil }
        guard let name else { return try Self.digest(of: file, bytes, path) { _ in } }
        return try withNewFile(name) { copy in
            try Self.digest(of: file, bytes, path) { piece in
                guard writeAll(piece, to: copy) else { throw InputError("can't write '\(name)': \(reason)") }
            }
        }
    }

    /// Reads so many bytes and no more: what is called a file may have no end.
    private static func digest(
        of file: Int32, _ bytes: Int, _ path: String, _ use: (ArraySlice<UInt8>) throws -> Void
    ) throws -> String {
        var digest = SHA256(), left = bytes
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while left > 0 {
            let count = read(file, &buffer, min(left, buffer.count))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw InputError("can't read '\(path)': \(count < 0 ? reason : "it was cut")") }
            buffer[..<count].withUnsafeBytes { digest.add($0) }
            try use(buffer[..<count])
            left -= count
        }
        return digest.hex
    }

    private func withNewFile<T>(_ name: String, _ body: (Int32) throws -> T) throws -> T {
        try makeDirectory(above: name)
        let file = open(
            "\(directory)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, isPrivate ? 0o600 : 0o666)
        guard file >= 0 else { throw InputError("can't write '\(name)': \(reason)") }
        defer { close(file) }
        return try body(file)
    }

    func makeDirectory(above name: String) throws {
        try makeDirectory(String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]))
    }

    /// With all above it.
    func makeDirectory(_ name: String) throws {
        var path = directory
        for part in name.split(separator: "/") {
            path += "/\(part)"
            guard mkdir(path, isPrivate ? 0o700 : 0o777) == 0 || errno == EEXIST else {
                throw InputError("can't make '\(name)': \(reason)")
            }
        }
    }
}
