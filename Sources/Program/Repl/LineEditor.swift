import AstroCore
import AstroLua
import LuaBridge
import CEdit
import Glibc

/// Editing by libedit. An input of several lines is one text to the editor, and one entry of the history.
final class LineEditor: InputReader {
    private let session: Session
    private let history: History
    private let editor: edit_editor
    private var ending = Ending.entered

    private enum Ending { case entered, dropped, left }

    /// nil where libedit is not installed. There is one editor: a process has one terminal.
    init?(_ session: Session, _ history: History) {
        useUTF8()
        guard let editor = edit_open({ _ in currentPrompt }, Int32(History.limit)) else { return nil }
        self.session = session
        self.history = history
        self.editor = editor
        setPrompt()
        bindKeys()
        for entry in history.load() { edit_remember(editor, entry) }
        current = self
    }

    func read() -> String? {
        while true {
            ending = .entered
            setPrompt()
            fflush(nil)
            guard let line = edit_read(editor), ending != .left else {
                Self.show("\n")
                return nil
            }
            if ending == .entered { return withoutBreaks(String(cString: line)) }
        }
    }

    func remember(_ text: String) {
        if text.contains(where: { !$0.isWhitespace }), history.append(text) { edit_remember(editor, text) }
    }

    private func withoutBreaks(_ text: String) -> String {
        var text = text[...]
        while text.last == "\n" { text = text.dropLast() }
        return String(text)
    }

    // MARK: what keys do

    private func bindKeys() {
        edit_define(editor, "astro-enter") { _, _ in act { $0.enter() } }
        edit_define(editor, "astro-drop") { _, _ in act { $0.drop() } }
        edit_define(editor, "astro-leave") { _, _ in act { $0.leave() } }
        edit_define(editor, "astro-complete") { _, _ in act { $0.complete() } }
        edit_define(editor, "astro-up") { _, _ in act { $0.moveLine(up: true) } }
        edit_define(editor, "astro-down") { _, _ in act { $0.moveLine(up: false) } }
        edit_define(editor, "astro-mark") { _, _ in act { $0.markContinuation() } }
        edit_define(editor, "astro-suspend") { _, _ in act { $0.suspend() } }
        for (keys, name) in Self.bindings { edit_bind(editor, keys, name) }
    }

    /// Ctrl-] and Ctrl-^ stand for libedit's own commands, which ours cannot call.
    private static let submit = "\u{1D}", older = "\u{10}", newer = "\u{E}"
    /// Ctrl-_, which the program presses itself.
    private static let mark = "\u{1F}"

    private static let bindings = [
        (submit, "ed-newline"), (older, "ed-prev-history"), (newer, "ed-next-history"),
        (mark, "astro-mark"),
        ("^M", "astro-enter"), ("^J", "astro-enter"), ("^C", "astro-drop"), ("^D", "astro-leave"),
        ("^I", "astro-complete"), ("^Z", "astro-suspend"), ("^R", "em-inc-search-prev"),
        ("\u{1B}[A", "astro-up"), ("\u{1B}OA", "astro-up"), ("\u{1B}[B", "astro-down"), ("\u{1B}OB", "astro-down"),
        ("\u{1B}[H", "ed-move-to-beg"), ("\u{1B}OH", "ed-move-to-beg"), ("\u{1B}[1~", "ed-move-to-beg"),
        ("\u{1B}[F", "ed-move-to-end"), ("\u{1B}OF", "ed-move-to-end"), ("\u{1B}[4~", "ed-move-to-end"),
        ("\u{1B}[3~", "ed-delete-next-char"), ("\u{1B}[1;5C", "em-next-word"), ("\u{1B}[1;5D", "ed-prev-word"),
    ]

    private func enter() -> edit_outcome {
        if !isPasting { removeExcessIndentation() }
        let text = parts.before + parts.after
        guard session.needsMore(text) else { return finish(.entered) }
        let indentation = isPasting ? "" : session.indentation(after: parts.before)
        edit_insert(editor, "\n" + indentation)
        // pressed, so that it comes when the line is there to be seen
        if indentation.count > 1, parts.after.isEmpty { edit_press(editor, Self.mark) }
        return edit_refresh
    }

    /// An ellipsis over the blanks that the line begins with: more is waited for. The editor knows nothing of it, and takes
    /// it for the blank that it is in the text.
    private func markContinuation() -> edit_outcome {
        let mark = Terminal().hasColours ? "\u{1B}[2m…\u{1B}[0m" : "…"
        fflush(nil)
        write("\u{1B}7\r\(mark)\u{1B}8", to: isatty(STDOUT_FILENO) == 1 ? STDOUT_FILENO : STDERR_FILENO)
        return edit_nothing
    }

    /// The `end` of a block stands below its beginning.
    private func removeExcessIndentation() {
        let before = parts.before
        let excess = Int32(session.excessIndentation(in: before))
        guard excess > 0, let line = before.split(separator: "\n", omittingEmptySubsequences: false).last else {
            return
        }
        let behind = length(line) - excess
        edit_move(editor, -behind)
        edit_delete_before(editor, excess)
        edit_move(editor, behind)
    }

    private func drop() -> edit_outcome {
        moveToEnd()
        edit_insert(editor, "^C")
        return finish(.dropped)
    }

    /// Ctrl-D: at an empty prompt it leaves; within an input of several lines it drops that; elsewhere it deletes.
    private func leave() -> edit_outcome {
        let (before, after) = parts
        if before.isEmpty, after.isEmpty {
            ending = .left
            return edit_end
        }
        if after.isEmpty { return before.contains("\n") ? finish(.dropped) : edit_beep }
        edit_move(editor, 1)
        edit_delete_before(editor, 1)
        return edit_refresh
    }

    private func complete() -> edit_outcome {
        let (before, after) = parts
        let line = before.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
        if line.allSatisfy({ $0 == " " }) {
            edit_insert(editor, "  ")
            return edit_refresh
        }
        let completions = session.completions(before, at: before.endIndex)
        if !completions.insertion.isEmpty {
            edit_insert(editor, Completions.withoutRepetition(completions.insertion, before: after[...]))
            return edit_refresh
        }
        if completions.candidates.isEmpty { return edit_beep }
        let terminal = Terminal()
        let hasColours = Ranks.all.isAlone && terminal.hasColours
        Self.show("\n\(completions.listing(width: terminal.columns, lines: terminal.rows - 4, colours: hasColours))\n")
        return edit_redraw
    }

    /// Where libedit writes, too.
    private static func show(_ text: String) {
        fflush(nil)
        write(visible(text, keepingColours: true), to: isatty(STDOUT_FILENO) == 1 ? STDOUT_FILENO : STDERR_FILENO)
    }

    /// Up and down go through the lines of an input, then through the history.
    private func moveLine(up: Bool) -> edit_outcome {
        let (before, after) = parts
        let above = before.split(separator: "\n", omittingEmptySubsequences: false)
        let below = after.split(separator: "\n", omittingEmptySubsequences: false)
        let column = length(above[above.count - 1])
        if up, above.count > 1 {
            edit_move(editor, -(column + 1 + max(0, length(above[above.count - 2]) - column)))
        } else if !up, below.count > 1 {
            edit_move(editor, length(below[0]) + 1 + min(column, length(below[1])))
        } else {
            edit_press(editor, up ? Self.older : Self.newer)
            return edit_nothing
        }
        return edit_refresh
    }

    private func suspend() -> edit_outcome {
        kill(getpid(), SIGTSTP)
        return edit_redraw
    }

    // MARK: the text

    private var parts: (before: String, after: String) {
        guard let line = edit_text(editor)?.pointee, let start = line.buffer else { return ("", "") }
        let text = UnsafeRawBufferPointer(start: start, count: line.lastchar - start)
        let cursor = line.cursor - start
        return (
            String(decoding: text[..<cursor], as: UTF8.self), String(decoding: text[cursor...], as: UTF8.self)
        )
    }

    /// As libedit counts.
    private func length(_ text: some StringProtocol) -> Int32 { Int32(text.unicodeScalars.count) }

    private func moveToEnd() { edit_move(editor, length(parts.after)) }

    private func finish(_ ending: Ending) -> edit_outcome {
        self.ending = ending
        moveToEnd()
        edit_press(editor, Self.submit)
        return edit_refresh
    }

    /// More input is there than a hand can have typed.
    private var isPasting: Bool {
        var waiting: Int32 = 0
        return ioctl(STDIN_FILENO, UInt(FIONREAD), &waiting) == 0 && waiting > 0
    }

    private func setPrompt() {
        currentPrompt = Terminal().hasColours ? colouredPrompt : plainPrompt
    }
}

// What libedit's callbacks can reach.
nonisolated(unsafe) private weak var current: LineEditor?
nonisolated(unsafe) private let plainPrompt: UnsafeMutablePointer<CChar>? = strdup("> ")
nonisolated(unsafe) private let colouredPrompt: UnsafeMutablePointer<CChar>? = strdup(
    "\u{1}\u{1B}[1;36m\u{1}> \u{1}\u{1B}[0m\u{1}")
nonisolated(unsafe) private var currentPrompt: UnsafeMutablePointer<CChar>?

private func act(_ action: (LineEditor) -> edit_outcome) -> UInt8 { UInt8((current.map(action) ?? edit_beep).rawValue) }

/// Letters of all languages, also where the environment names no locale.
private func useUTF8() {
    setlocale(LC_CTYPE, "")
    if String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
}
