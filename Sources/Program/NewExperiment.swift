import AstroLua
import Glibc

/// `astrolua new my_experiment`: a commented script to start from. It never overwrites anything.
struct NewExperiment {
    static let word = "new"

    private let path: String
    private let name: String

    /// nil if the words ask for something else. A script that is called "new" is run as ./new.
    init?(_ words: [String]) {
        guard words.first == Self.word else { return nil }
        let given = words.count == 2 ? words[1] : ""
        path = given.hasSuffix(".lua") ? given : "\(given).lua"
        name = String(path.split(separator: "/").last?.dropLast(4) ?? "")
    }

    func write() -> Int32 {
        guard !name.isEmpty, !path.hasPrefix("-"), !path.hasSuffix("/.lua"), name.allSatisfy(Self.isPlain) else {
            complain(
                "astrolua new: needs one name, of letters, digits, '_', '-' and '.', as in: astrolua new my_experiment")
            return ExitStatus.wrongOptions
        }
        guard let template = StandardLibrary.text(of: "templates/experiment.lua") else {
            complain("astrolua new: there is no stdlib with the template (set ASTROLUA_STDLIB)")
            return ExitStatus.failure
        }
        guard create(template.replacing("EXPERIMENT", with: name)) else {
            complain("astrolua new: cannot write \(path): \(String(cString: strerror(errno)))")
            return ExitStatus.failure
        }
        print("\(path) is written; run it with: astrolua \(path)")
        return ExitStatus.success
    }

    private static func isPlain(_ c: Character) -> Bool { c.isLetter || c.isNumber || "_-.".contains(c) }

    /// Fails with EEXIST where something of that name is.
    private func create(_ text: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        if writeAll(bytes, to: descriptor) { return true }
        let problem = errno
        unlink(path)  // half a script is none
        errno = problem
        return false
    }
}
