import AstroCore
import AstroLua
import Glibc
import LuaBridge

/// Reads, evaluates, prints; an error does not end it.
///
/// What a line means is the `Session`'s business (stdlib/astro/repl); here it is read, on a terminal with editing.
final class Repl {
    private let runtime: Runtime
    private let session: Session
    private let onTerminal = isatty(STDIN_FILENO) == 1
    private let bar: ProgressBar?
    private let history: String?

    init(_ runtime: Runtime, _ bar: ProgressBar?, history: String?) throws {
        self.history = history
        self.runtime = runtime
        self.bar = bar
        self.session = try Session(runtime)
        session.display = Self.show
    }

    /// mpirun gives its ranks terminals of its own, whatever it writes to itself.
    private static func hasColours(_ descriptor: Int32) -> Bool { Ranks.all.isAlone && Terminal(descriptor).hasColours }

    private static func show(_ display: Session.Display) throws {
        func painted(_ style: Terminal.Style, _ descriptor: Int32) -> String {
            Terminal.painted(visible(display.text), style, hasColours(descriptor)) + "\n"
        }
        switch display.kind {
        case .value, .page: try Terminal.show(display.text + "\n")
        case .note: try Terminal.show(painted(.note, STDOUT_FILENO))
        case .error: try Terminal.show(painted(.error, STDERR_FILENO), isComplaint: true)
        case .hint: try Terminal.show(painted(.note, STDERR_FILENO), isComplaint: true)
        }
    }

    /// The program's status at the end.
    func run() -> Int32 {
        runtime.pauseTimeLimit()
        session.adoptLocals()
        configure()
        if onTerminal, isatty(STDOUT_FILENO) == 1 { try? printBanner() }
        let reader = makeReader()
        while let text = shared(reader) {
            configure()
            if let status = evaluate(text) { return status }
            reader.remember(text)
        }
        return ExitStatus.success
    }

    /// The next input; of several ranks, the first one reads it.
    private func shared(_ reader: any InputReader) -> String? {
        let ranks = Ranks.all
        let text = ranks.rank == 0 ? reader.read() : nil
        return ranks.together.fromFirst(text.map { Array($0.utf8) }).map { String(decoding: $0, as: UTF8.self) }
    }

    private func makeReader() -> any InputReader {
        if onTerminal, let editor = LineEditor(session, History(history)) { return editor }
        return PlainReader(session, prompts: onTerminal)
    }

    private func configure() {
        session.configure(width: Terminal().columns, colours: Self.hasColours(STDOUT_FILENO))
    }

    /// One line for the beginning.
    private func printBanner() throws {
        let hasColours = Self.hasColours(STDOUT_FILENO)
        let name = "astrolua \(Catalogue.version)", long = "?NAME for help, Tab completes, :quit leaves"
        let hint = Terminal().columns >= name.count + long.count + 5 ? long : "?NAME for help"
        let words = [Terminal.painted(name, .heading, hasColours), Terminal.painted(hint, .note, hasColours)]
        try Terminal.show(words.joined(separator: "  ") + "\n")
    }

    /// The program's status if that ends the session.
    private func evaluate(_ text: String) -> Int32? {
        runtime.watchSignals(patience: 1)
        let (outcome, leaves) = session.evaluate(text)
        runtime.pauseTimeLimit()
        _ = lostOutput()
        switch outcome {
        case .finished: Job.tell(nil)
        case .failed(let message): Job.tell(message)
        case .interrupted(let interruption):
            bar?.finish()
            // over the ^C that the terminal shows
            if Ranks.all.isAlone, Terminal(STDERR_FILENO).hasColours { writeToTerminal("\r\u{1B}[K") }
            Job.tell(interruption.shortText)
            if interruption.endsSession { return interruption.status }
        }
        return leaves ? ExitStatus.success : nil
    }
}
