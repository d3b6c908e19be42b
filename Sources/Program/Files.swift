import AstroCore
import Glibc

/// The whole of a file; throws with its name.
func contents(of path: String, atMost limit: Int) throws -> [UInt8] {
    let (descriptor, size) = try openFile(path)
    guard let file = fdopen(descriptor, "rb") else { throw InputError("can't read '\(path)': \(reason)") }
    defer { fclose(file) }
    guard size <= limit else { throw InputError("'\(path)' is larger than \(limit >> 20) MB (the limit)") }
    var bytes = [UInt8](repeating: 0, count: size)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw InputError("can't read '\(path)': \(reason)") }
    return Array(bytes[..<count])
}

/// Opens a regular file for reading: a pipe may wait for ever, and a device have no end.
func openFile(_ path: String) throws -> (descriptor: Int32, size: Int) {
    var status = stat()
    // a pipe that is only looked at would lose what somebody writes into it
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
        throw InputError("'\(path)' is not a file")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw InputError("can't read '\(path)': \(reason)") }
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        close(descriptor)
        throw InputError("'\(path)' is not a file")
    }
    return (descriptor, Int(status.st_size))
}

/// What the system's last call complained about.
var reason: String { String(cString: strerror(errno)) }

func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool { writeAll(bytes[...], to: file) }

func writeAll(_ bytes: ArraySlice<UInt8>, to file: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if count < 0, errno != EINTR { return false }
        rest = rest.dropFirst(max(count, 0))
    }
    return true
}
