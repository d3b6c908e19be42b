import AstroLua
import Glibc

/// Lines without editing: from a pipe, or from a terminal where libedit is not installed.
final class PlainReader: InputReader {
    private let session: Session
    private let prompts: Bool
    /// Read, but not yet a line.
    private var waiting: ArraySlice<UInt8> = []

    init(_ session: Session, prompts: Bool) {
        self.session = session
        self.prompts = prompts
    }

    func read() -> String? {
        while true {
            switch readInput() {
            case .text(let text): return text
            case .end: return nil
            case .dropped: continue
            }
        }
    }

    func remember(_ text: String) {}

    private enum Input {
        case text(String)
        case end
        case dropped
    }

    private var continuation: String { Terminal().hasColours ? "\u{1B}[2m…\u{1B}[0m " : "… " }

    /// Lines until they make a whole. On a terminal the end of the input within one drops it.
    private func readInput() -> Input {
        var text = ""
        while true {
            if prompts { print(text.isEmpty ? "> " : continuation, terminator: "") }
            fflush(nil)
            switch readLine() {
            case .text(let line): text += text.isEmpty ? line : "\n" + line
            case .dropped:
                print("")
                return .dropped
            case .end:
                if prompts { print("") }
                if text.isEmpty { return .end }
                return prompts ? .dropped : .text(text)
            }
            if !session.needsMore(text) { return .text(text) }
        }
    }

    /// Ctrl-C drops the line: the terminal has emptied it, and the signal ends the waiting.
    private func readLine() -> Input {
        if prompts { interruptReading() }
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                let line = waiting[..<end]
                waiting = waiting[(end + 1)...]
                return .text(String(decoding: line, as: UTF8.self))
            }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { return .dropped }
            if count <= 0 { return rest() }
            waiting += buffer[..<count]
        }
    }

    /// The last line may lack its break.
    private func rest() -> Input {
        guard !waiting.isEmpty else { return .end }
        defer { waiting = [] }
        return .text(String(decoding: waiting, as: UTF8.self))
    }

    private func interruptReading() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGINT, &action, nil)
    }
}
