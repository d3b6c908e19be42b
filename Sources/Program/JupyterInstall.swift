import AstroLua
import Glibc

/// `astrolua jupyter install`: Python tells Jupyter about the kernel, which is written in Python (Sources/Python).
struct JupyterInstall {
    private let words: ArraySlice<String>

    /// nil if the words ask for something else. A script that is called "jupyter" is run as ./jupyter.
    init?(_ words: [String]) {
        guard words.first == "jupyter" else { return nil }
        self.words = words.dropFirst()
    }

    func run() -> Int32 {
        guard words.first == "install" else {
            complain("astrolua jupyter: needs the word install, as in: astrolua jupyter install --user")
            return ExitStatus.wrongOptions
        }
        guard let program = StandardLibrary.program else {
            complain("astrolua jupyter: cannot find the path of this program")
            return ExitStatus.failure
        }
        setenv("ASTROLUA", program, 1)
        if let package = Self.package { extendPath("PYTHONPATH", by: package) }
        let python = Self.python(beside: program)
        let line = [python, "-m", "astrolua.install"] + words.dropFirst()
        let copies = line.map { strdup($0) } + [nil]
        execvp(python, copies)
        complain(
            "astrolua jupyter: cannot start \(python): \(reason) (ASTROLUA_PYTHON names a Python that has ipykernel)")
        return ExitStatus.failure
    }

    /// That of the environment that the program was installed in, if it was.
    private static func python(beside program: String) -> String {
        if let chosen = Terminal.variable("ASTROLUA_PYTHON") { return chosen }
        let binaries = directory(program)
        let neighbour = "\(binaries)/python3"
        let isEnvironment = access("\(directory(binaries))/pyvenv.cfg", F_OK) == 0 && access(neighbour, X_OK) == 0
        return isEnvironment ? neighbour : "python3"
    }

    /// The directory with the Python package, installed or of a checkout; none where Python has it among its own.
    private static var package: String? {
        StandardLibrary.directory(installed: "python", checkout: "Sources/Python", holding: "astrolua/kernel.py")
    }

    private func extendPath(_ name: String, by directory: String) {
        setenv(name, [directory, Terminal.variable(name)].compactMap { $0 }.joined(separator: ":"), 1)
    }
}
