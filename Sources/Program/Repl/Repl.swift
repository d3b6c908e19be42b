import AstroCore
import AstroLua
import Glibc

/// Reads, evaluates, prints; an error does not end it.
struct Repl {
    private let runtime: Runtime
    private let reader = LineReader()

    init(_ runtime: Runtime) { self.runtime = runtime }

    func run() {
        print("astrolua \(Catalogue.version)  (Ctrl-D ends it)")
        while let line = reader.read("> ") { evaluate(line) }
        print("")
    }

    private func evaluate(_ first: String) {
        var text = first
        while true {
            runtime.watchSignals()
            switch runtime.evaluate(text) {
            case .finished: break
            case .failed(let message): complain(message)
            case .interrupted: complain("interrupted")
            case .incomplete:
                guard let more = reader.read(">> ") else { return }
                text += "\n" + more
                continue
            }
            break
        }
        reader.remember(text)
    }
}

/// Line editing by the system's libedit where it is installed, otherwise plain lines. It is opened when it is
/// needed: no program that only runs scripts has to have it.
private final class LineReader {
    private typealias ReadLine = @convention(c) (UnsafePointer<CChar>) -> UnsafeMutablePointer<CChar>?
    private typealias AddHistory = @convention(c) (UnsafePointer<CChar>) -> Int32

    private let edit: ReadLine?
    private let addHistory: AddHistory?

    init() {
        let library = isatty(STDIN_FILENO) == 1 ? dlopen("libedit.so.2", RTLD_NOW) : nil
        edit = library.flatMap { dlsym($0, "readline") }.map { unsafeBitCast($0, to: ReadLine.self) }
        addHistory = library.flatMap { dlsym($0, "add_history") }.map { unsafeBitCast($0, to: AddHistory.self) }
    }

    func read(_ prompt: String) -> String? {
        guard let edit else {
            if isatty(STDIN_FILENO) == 1 { print(prompt, terminator: "") }
            fflush(nil)
            return readLine()
        }
        guard let line = edit(prompt) else { return nil }
        defer { free(line) }
        return String(cString: line)
    }

    func remember(_ text: String) {
        if !text.isEmpty { _ = addHistory?(text) }
    }
}
