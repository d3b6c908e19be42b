import AstroLua
import Glibc

/// One line on the terminal while a simulation runs: time simulated, real-time factor, time left.
class ProgressBar {
    private var started = 0.0
    /// The share that was done before, of a sweep that goes on.
    private var doneBefore = 0.0
    private var lastDone = Double.infinity
    private var lastShown = 0.0
    private var isVisible = false

    /// Short runs show nothing; longer ones are redrawn a few times a second.
    private let patience = 0.5, interval = 0.2

    func show(done: Double, whole: Double) {
        show(done, whole) { elapsed in
            let factor = done > 0 ? elapsed * 1000 / done : 0
            let part = "\(rounded(done)) of \(rounded(whole)) ms"
            return ["\(part), real-time factor \(rounded(factor))", part]
        }
    }

    /// A sweep's: points computed, all points, and how many have failed.
    func show(points: Int, whole: Int, failed: Int) {
        show(Double(points), Double(whole)) { _ in
            ["\(points) of \(whole) points\(failed > 0 ? ", \(failed) failed" : "")"]
        }
    }

    /// Of files that are checked.
    func show(files: Int, whole: Int) {
        show(Double(files), Double(whole)) { _ in ["\(files) of \(whole) files"] }
    }

    private func show(_ done: Double, _ whole: Double, _ texts: (_ elapsed: Double) -> [String]) {
        let now = seconds()
        if done < lastDone || started == 0 {
            finish(isDone: true)  // the one before has ended without a word
            (started, lastShown, doneBefore) = (now, now + patience - interval, whole > done ? done / whole : 0)
        }
        lastDone = done
        if done >= whole { return finish(isDone: true) }
        guard now - lastShown >= interval else { return }
        lastShown = now
        let fraction = whole > 0 ? done / whole : 1, progress = fraction - doneBefore, elapsed = now - started
        draw(
            fraction, texts(elapsed), left: progress > 0 ? ", \(clock(elapsed * (1 - fraction) / progress)) left" : "")
        isVisible = true
    }

    /// As much as fits into one line: the bar gives way first, then what else there is to say.
    func draw(_ fraction: Double, _ texts: [String], left: String) {
        let width = Terminal(STDERR_FILENO).columns - 1
        var text = (texts.first { $0.count + left.count <= width } ?? texts[texts.count - 1]) + left
        let room = min(30, width - text.count - 3)
        if room >= 5 {
            let filled = Int(fraction * Double(room))
            text = "[\(String(repeating: "=", count: filled))\(String(repeating: " ", count: room - filled))] " + text
        }
        writeToTerminal("\r\(text.prefix(width))\u{1B}[K")
    }

    /// Takes away what `draw` has drawn.
    func clear(after elapsed: String, isDone: Bool) { writeToTerminal("\r\u{1B}[K") }

    /// The run is over, or was stopped.
    func finish(isDone: Bool = false) {
        if isVisible { clear(after: clock(seconds() - started), isDone: isDone) }
        (isVisible, lastDone) = (false, .infinity)
    }

    private func rounded(_ x: Double) -> String {
        let tenths = (x * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
    }

    private func clock(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 359_999).rounded())
        let digits = { (n: Int) in n < 10 ? "0\(n)" : "\(n)" }
        return whole < 3600
            ? "\(whole / 60):\(digits(whole % 60))" : "\(whole / 3600):\(digits(whole / 60 % 60)):\(digits(whole % 60))"
    }

    private func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
