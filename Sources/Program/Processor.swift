import AstroLua
import CFork
import Glibc

/// A package holds the program more than once: bin/astrolua runs on all processors that it is made for, and
/// libexec/astrolua-x86-64-vN, on newer ones, does the same faster. A program that was built for one machine is alone.
enum Processor {
    private static let generation = Int(cfork_processor_generation()), needed = Int(cfork_engine_generation())

    /// Goes on as the program for the newest generation that this processor is of; returns if that is this program.
    static func startBestProgram() {
        guard needed > 0, let program = StandardLibrary.program else { return }
        for newer in stride(from: generation, to: needed, by: -1) {
            execv("\(directory(program))/../libexec/astrolua-x86-64-v\(newer)", CommandLine.unsafeArgv)
        }
    }

    /// Otherwise it would end in the middle of a run, by an illegal instruction.
    static func check() {
        guard needed > max(generation, 1) else { return }
        complain(
            "astrolua: this program is built for x86-64-v\(needed) (since 2013: AVX2 and FMA; v4: AVX-512), and this processor "
                + "is x86-64-v\(generation); built from source it runs here, too")
        exit(ExitStatus.failure)
    }

    /// For `--version`.
    static var description: String {
        let built = needed == 0 ? "this machine" : "x86-64-v\(needed)"
        guard generation > 0 else { return "built for \(built)" }
        let slow =
            generation < 3 ? "; it cannot add and multiply in one go, so simulations are several times slower" : ""
        return "processor: x86-64-v\(generation), built for \(built)\(slow)"
    }
}
