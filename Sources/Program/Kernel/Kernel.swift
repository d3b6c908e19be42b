import AstroBase
import AstroCore
import AstroLua
import Glibc
import LuaBridge

/// The prompt for programs: `astrolua --kernel`. Docs/notebooks.md has its requests and events.
///
/// What an input means is the `Session`'s business, as at the prompt for people.
final class Kernel {
    private static let columns = 100

    private let channel: KernelChannel
    private let runtime: Runtime
    private let session: Session
    private let progress: KernelProgress
    private var cell = 0
    private var hasFailed = false

    private init(_ options: Options, _ channel: KernelChannel) throws {
        self.channel = channel
        runtime = try Runtime(options)
        session = try Session(runtime)
        progress = KernelProgress(channel)
        (runtime.progress, runtime.sweepProgress) = (progress.show, progress.show)
        runtime.watchMemory()
        runtime.showInline = { [channel] picture in Self.send(picture, channel) }
        session.display = { [unowned self] in self.show($0) }
        session.configure(width: Self.columns, colours: false)
        session.adoptLocals()
    }

    /// The program's status at the end.
    static func run(_ options: Options) -> Int32 {
        guard Ranks.all.isAlone else {
            complain("astrolua: --kernel does not run on several ranks")
            return ExitStatus.wrongOptions
        }
        do {
            let channel = try KernelChannel()
            return try Kernel(options, channel).serve()
        } catch {
            complain("astrolua: \(error)")
            return ExitStatus.failure
        }
    }

    private func serve() -> Int32 {
        rest()
        channel.send("ready", ["version": .text(Catalogue.version), "lua": .text(luaRelease)])
        while let line = channel.readLine() {
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0d }) else { continue }
            if let status = answer(line) { return status }
        }
        return ExitStatus.success
    }

    // MARK: requests

    /// The program's status if the request ends it.
    private func answer(_ line: [UInt8]) -> Int32? {
        let request: JSON
        do {
            request = try JSON(parsing: line)
        } catch {
            channel.begin(.null)
            channel.send("refused", ["text": .text("the request is not JSON")])
            return nil
        }
        channel.begin(request["id"] ?? .null)
        guard let code = request["code"]?.text else { return refuse("a request needs \"do\" and \"code\"") }
        switch request["do"]?.text {
        case "execute": return execute(code, request["cell"]?.whole)
        case "complete": complete(code, at: cursor(request, code))
        case "inspect": inspect(code, at: cursor(request, code))
        case "is_complete": judge(code)
        default: return refuse("\"do\" is \"execute\", \"complete\", \"inspect\" or \"is_complete\"")
        }
        return nil
    }

    private func refuse(_ problem: String) -> Int32? {
        channel.send("refused", ["text": .text(problem)])
        return nil
    }

    /// In characters of Unicode, as the requests count; the end of the text if nothing is said.
    private func cursor(_ request: JSON, _ code: String) -> String.Index {
        let scalars = code.unicodeScalars
        let place = max(0, request["cursor"]?.whole ?? scalars.count)
        return scalars.index(scalars.startIndex, offsetBy: place, limitedBy: scalars.endIndex) ?? scalars.endIndex
    }

    private func complete(_ code: String, at cursor: String.Index) {
        let found = session.completions(code, at: cursor)
        let end = code.unicodeScalars.distance(from: code.startIndex, to: cursor)
        let insertion = Completions.withoutRepetition(found.insertion, before: code[cursor...])
        let candidates = found.candidates.map { candidate in
            let text = found.candidates.count == 1 ? found.typed + insertion : candidate.name
            return JSON.fields([
                "name": .text(candidate.name), "text": .text(text), "note": candidate.note.map { .text($0) },
            ])
        }
        channel.send(
            "completions",
            [
                "start": .number(end - found.typed.unicodeScalars.count), "end": .number(end),
                "candidates": .list(candidates),
            ])
    }

    private func inspect(_ code: String, at cursor: String.Index) {
        channel.send("help", ["text": session.inspect(code, at: cursor).map { .text($0) } ?? .null])
    }

    private func judge(_ code: String) {
        let isUnfinished = session.needsMore(code)
        channel.send(
            "completeness",
            [
                "status": .text(isUnfinished ? "incomplete" : "complete"),
                "indent": isUnfinished ? .text(session.indentation(after: code)) : nil,
            ])
    }

    // MARK: execution

    private func execute(_ code: String, _ number: Int?) -> Int32? {
        cell = number ?? cell + 1
        hasFailed = false
        session.beginCell("cell \(cell)")
        // whoever interrupts again and again wants the cell to end, not the program
        runtime.watchSignals(patience: Int(Int32.max) - 1)
        let (outcome, leaves) = session.evaluate(code)
        runtime.pauseTimeLimit()
        rest()
        progress.finish(isDone: outcome == .finished && !hasFailed)
        return end(outcome, leaves)
    }

    private func end(_ outcome: Outcome, _ leaves: Bool) -> Int32? {
        var status = hasFailed ? "error" : "ok", ending: Int32?
        switch outcome {
        case .finished: break
        case .failed(let message):
            sendError(message, traceback: nil)
            status = "error"
        case .interrupted(let interruption):
            channel.send("interrupted", ["text": .text(interruption.shortText)])
            status = "interrupted"
            ending = interruption.endsSession ? interruption.status : nil
        }
        if leaves { ending = ExitStatus.success }
        channel.send("done", ["status": .text(status), "leaves": ending == nil ? nil : .flag(true)])
        return ending
    }

    /// An interrupt that comes while nothing runs has come too late to mean anything.
    private func rest() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGINT, &action, nil)
    }

    // MARK: what is displayed

    private func show(_ display: Session.Display) {
        let text = visible(display.text)
        switch display.kind {
        case .value: channel.send("value", ["text": .text(text), "table": display.more.flatMap(Self.table)])
        case .page: channel.send("page", ["text": .text(text)])
        case .note, .hint: channel.send("note", ["text": .text(text)])
        case .error: sendError(text, traceback: display.more)
        }
    }

    /// "cell 3:2: what is wrong" names a line, which is of the cell that runs if that is the third.
    private func sendError(_ text: String, traceback: String?) {
        hasFailed = true
        let first = text.prefix { $0 != "\n" }
        let place = first.firstMatch(of: #/^cell (\d+):(\d+): /#)
        let line = place.flatMap { Int($0.1) == cell ? Int($0.2) : nil }
        let lines = traceback?.split(separator: "\n").map {
            JSON.text(visible(String($0)).replacing("\\x09", with: "  "))
        }
        channel.send(
            "error", ["text": .text(text), "line": line.map { .number($0) }, "traceback": lines.map { .list($0) }])
    }

    /// Rows stand between record separators, cells between unit separators; the first row is the head.
    private static func table(_ text: String) -> JSON? {
        let rows = text.split(separator: "\u{1E}", omittingEmptySubsequences: false).map { row in
            JSON.list(
                row.split(separator: "\u{1F}", omittingEmptySubsequences: false).map { .text(visible(String($0))) })
        }
        return rows.isEmpty ? nil : .list(rows)
    }

    private static func send(_ picture: InlinePicture, _ channel: KernelChannel) {
        let name = JSON.text(visible(picture.summary)), width = JSON.number(picture.width)
        switch picture.kind {
        case .svg:
            let svg = String(decoding: picture.bytes, as: UTF8.self)
            channel.send("picture", ["summary": name, "width": width, "svg": .text(svg)])
        case .png:
            channel.send("picture", ["summary": name, "width": width, "png": .text(picture.base64)])
        }
    }
}

/// How far a run is, as events.
final class KernelProgress: ProgressBar {
    private let channel: KernelChannel
    private var latest = (fraction: 0.0, text: "")

    init(_ channel: KernelChannel) { self.channel = channel }

    override func draw(_ fraction: Double, _ texts: [String], left: String) {
        latest = (fraction, texts[0])
        channel.send("progress", ["fraction": .number(fraction), "text": .text(texts[0] + left)])
    }

    override func clear(after elapsed: String, isDone: Bool) {
        channel.send(
            "progress",
            [
                "fraction": .number(isDone ? 1 : latest.fraction), "over": .flag(true),
                "text": .text(isDone ? "done in \(elapsed)" : "stopped: \(latest.text)"),
            ])
    }
}
