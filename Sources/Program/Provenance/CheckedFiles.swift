import AstroCore
import AstroLua
import Glibc
import LuaBridge

/// What came of one file that was handed in.
struct CheckedFile {
    let path: String
    var author = ""
    var verdict = Finding.Verdict.error
    var details: [String] = []
    var seconds = 0.0

    /// What its process has told, and how that ended.
    init(_ path: String, told: [UInt8], _ ending: ChildProcess.Ending, seconds: Double, limit: Double) {
        (self.path, self.seconds) = (path, seconds)
        let lines = told.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON(parsing: Array($0)) }
        author = lines.lazy.compactMap { $0["author"]?.text }.first ?? ""
        if let last = lines.last, let verdict = last["verdict"]?.text.flatMap(Finding.Verdict.init(rawValue:)) {
            (self.verdict, details) = (verdict, last["details"]?.texts ?? [])
        } else {
            verdict = seconds >= limit ? .timedOut : .error
            details = [
                verdict == .timedOut ? "reading its files took too long" : "the process that was to run it \(ending)"
            ]
        }
    }
}

/// Files that are checked side by side, each by a process of its own.
final class CheckedFiles {
    private struct Running {
        let index: Int
        let process: ChildProcess
        let start = Clock.seconds
    }

    private let paths: [String]
    private let sideBySide: Int
    private let timeLimit: Double
    private let check: (String, ChildProcess.Output) -> Void
    private var running: [Running] = []
    private var done: [Int: CheckedFile] = [:]

    init(
        _ paths: [String], sideBySide: Int, timeLimit: Double, _ check: @escaping (String, ChildProcess.Output) -> Void
    ) {
        (self.paths, self.sideBySide, self.timeLimit, self.check) = (paths, sideBySide, timeLimit, check)
    }

    /// In the order of the paths; without those to which Ctrl-C has not let it come.
    func rows(_ progress: (Int) -> Void) throws -> [CheckedFile] {
        wasInterrupted = false
        signal(SIGINT) { _ in
            wasInterrupted = true
            signal(SIGINT, SIG_DFL)
        }
        defer { signal(SIGINT, SIG_DFL) }
        var next = 0
        while next < paths.count || !running.isEmpty {
            while next < paths.count, running.count < sideBySide, !wasInterrupted {
                try start(next)
                next += 1
            }
            if wasInterrupted, running.isEmpty { break }
            wait()
            progress(done.count)
        }
        return done.sorted { $0.key < $1.key }.map(\.value)
    }

    private func start(_ index: Int) throws {
        let process = try ChildProcess(closing: running.map(\.process.pipe)) { check(paths[index], $0) }
        running.append(Running(index: index, process: process))
    }

    /// Until one of them tells something or ends.
    private func wait() {
        var pipes = running.map { pollfd(fd: $0.process.pipe, events: Int16(POLLIN), revents: 0) }
        let milliseconds: Int32 = 500
        guard poll(&pipes, nfds_t(pipes.count), milliseconds) > 0 else {
            // the terminal has told the scripts; their processes have others to clean up
            if wasInterrupted { for file in running { kill(file.process.id, SIGTERM) } }
            return
        }
        for (pipe, file) in zip(pipes, running) where pipe.revents != 0 && !file.process.takeIn() {
            take(file)
        }
        running.removeAll { $0.process.ending != nil }
    }

    private func take(_ file: Running) {
        guard !wasInterrupted, let ending = file.process.ending else { return }
        done[file.index] = CheckedFile(
            paths[file.index], told: file.process.answer, ending, seconds: Clock.seconds - file.start,
            limit: timeLimit)
    }
}

nonisolated(unsafe) private var wasInterrupted = false

/// What came of all of them, for a person.
struct CheckTable {
    private let rows: [CheckedFile]

    private static let heads = ["file", "author", "verdict", "seconds", "what differs"]
    /// Letters of an author's name, and of what differs.
    private static let mostAuthor = 24, mostDifference = 120

    init(_ rows: [CheckedFile]) { self.rows = rows }

    var lines: [String] {
        let cells = rows.map(Self.cells)
        let columns = Self.heads.indices.filter { column in
            Self.heads[column] != "author" || cells.contains { cell in !cell[column].isEmpty }
        }
        let table = [Self.heads] + cells
        let widths = columns.map { column in table.map { row in row[column].count }.max() ?? 0 }
        let good = rows.count { $0.verdict == .reproduced }
        return table.map { row in Self.line(columns.map { row[$0] }, widths) }
            + ["\(good) of \(rows.count) reproduced"]
    }

    private static func cells(_ row: CheckedFile) -> [String] {
        let tenths = Int((row.seconds * 10).rounded())
        let others = row.details.count - 1
        let difference = cut(row.details.first ?? "", mostDifference) + (others > 0 ? " (and \(others) more)" : "")
        return [
            visible(row.path), cut(row.author, mostAuthor), row.verdict.rawValue, "\(tenths / 10).\(tenths % 10)",
            difference,
        ]
    }

    /// The last of the columns may be of any width; numbers stand at the right.
    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (i, cell) in cells.enumerated() {
            let blanks = String(repeating: " ", count: max(0, widths[i] - cell.count))
            text += (cell.first?.isNumber == true && i == cells.count - 2 ? blanks + cell : cell + blanks) + "  "
        }
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    private static func cut(_ text: String, _ most: Int) -> String {
        let plain = visible(text)
        return plain.count > most ? "\(plain.prefix(most - 1))…" : plain
    }
}
