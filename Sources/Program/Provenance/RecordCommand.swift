import AstroCore
import AstroLua

/// `astrolua WORD …`: does something with records of runs, or with bundles. A script that is called as the word is run as ./word.
protocol RecordCommand {
    static var word: String { get }
    /// Options of the command line that count for it.
    static var taken: [String] { get }
    /// Why others don't, where that is not plain.
    static var reason: String? { get }
    /// What it ends with when something goes wrong.
    static var failure: Int32 { get }

    /// - `words`: those behind the command's.
    /// - `given`: the options of the command line, which `asked` says in values.
    init(_ words: ArraySlice<String>, _ asked: RunRequest, given: [String])

    /// What is wrong with its words.
    var usageProblem: String? { get }
    func perform() throws -> Int32
}

extension RecordCommand {
    static var reason: String? { nil }
    static var failure: Int32 { ExitStatus.failure }

    /// nil if the words ask for something else.
    static func run(_ words: [String], _ asked: RunRequest, given: [String]) -> Int32? {
        guard words.first == word else { return nil }
        let command = Self(words.dropFirst(), asked, given: given)
        if let problem = command.usageProblem ?? problem(with: given) {
            complain("astrolua \(word): \(problem)")
            return ExitStatus.wrongOptions
        }
        do { return try command.perform() } catch {
            complain("astrolua \(word): \(error)")
            return failure
        }
    }

    private static func problem(with given: [String]) -> String? {
        given.first { !taken.contains($0) }.map {
            "takes no \($0)\(reason.map { "; \($0)" } ?? "") (\(taken.joined(separator: ", ")) are taken)"
        }
    }
}
