import Glibc

enum Terminal {
    static var width: Int { width(of: STDOUT_FILENO) }
    static var lines: Int { max(10, size(of: STDOUT_FILENO)?.lines ?? 24) }

    static func width(of descriptor: Int32) -> Int { max(20, size(of: descriptor)?.columns ?? 80) }

    /// On a terminal that is not a dumb one, unless the user does not want any (https://no-color.org).
    static func hasColours(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && variable("NO_COLOR").isEmpty && !["", "dumb"].contains(variable("TERM"))
    }

    static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

    private static func size(of descriptor: Int32) -> (columns: Int, lines: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
