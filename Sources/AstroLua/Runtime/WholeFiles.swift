import AstroCore
import Glibc

func writeFile(_ path: String, _ bytes: UnsafeRawBufferPointer) throws {
    guard let file = fopen(path, "wb") else { throw InputError("'\(path)': \(String(cString: strerror(errno)))") }
    let written = fwrite(bytes.baseAddress ?? UnsafeRawPointer(file), 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
        throw InputError("'\(path)': \(String(cString: strerror(errno)))")
    }
}

func readFile(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    return readAll(file)
}

func readStandardInput() -> [UInt8]? {
    guard let file = fdopen(dup(STDIN_FILENO), "rb") else { return nil }
    defer { fclose(file) }
    return readAll(file)
}

func readAll(_ file: UnsafeMutablePointer<FILE>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { return ferror(file) == 0 ? bytes : nil }
        bytes += buffer[..<count]
    }
}

/// Names in a directory, without the two that every one has and those that are not UTF-8.
package func directoryEntries(_ path: String) -> [String]? {
    guard let directory = opendir(path) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if let name, name != ".", name != ".." { names.append(name) }
    }
    return names
}
