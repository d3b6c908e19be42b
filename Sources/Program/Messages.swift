import Glibc
import LuaBridge

/// A message may hold what a script made of it: on a terminal, control characters are shown and not obeyed.
func complain(_ text: String, isColoured: Bool = false) {
    writeToTerminal((isatty(STDERR_FILENO) == 1 ? visible(text, keepingColours: isColoured) : text) + "\n")
}

/// Lines for standard output about what a stranger may have made: in a pipe, too, control characters are shown.
func say(_ lines: [String]) { for line in lines { print(visible(line)) } }

/// To standard error, unbuffered.
func writeToTerminal(_ text: String) { write(text, to: STDERR_FILENO) }

func write(_ text: String, to descriptor: Int32) { _ = writeAll(Array(text.utf8), to: descriptor) }

/// "1 file", "2 files".
func count(_ n: Int, _ what: String) -> String { "\(n) \(what)\(n == 1 ? "" : "s")" }
