#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Files that are read whole.
package enum InputFile {
    package static func bytes(_ path: String) throws -> [UInt8] {
        guard isRegular(path) else { throw InputError("'\(path)' is not a file") }
        guard let file = fopen(path, "rb") else { throw failure(path) }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0 else { throw failure(path) }
        try Memory.refuse(Double(status.st_size) * 4, for: "the contents of '\(path)'")
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw failure(path) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Asked before it is opened: a pipe waits for who writes, perhaps for ever, and a device may have no end. What is not there
    /// is left to opening it.
    package static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }

    package static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    package static func failure(_ path: String) -> InputError {
        InputError("can't read '\(path)': \(String(cString: strerror(errno)))")
    }

    package static func unknownEnding(_ path: String, among endings: [String]) -> InputError {
        InputError("'\(path)': the ending must be one of \(endings.joined(separator: ", "))")
    }
}
