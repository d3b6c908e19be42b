import Testing

/// What ranks do together: a function that one rank calls alone waits for ever.
@Suite("Together")
struct TogetherTests {
    /// Files of the engine by line, each line with the member of a type that it is in.
    private static let lines: [(file: String, member: Substring, line: Substring)] = FloorsTests.files.flatMap {
        _, name, code in
        var member: Substring = ""
        return code.split(separator: "\n").map { line in
            if line.contains(/^ {0,4}[\w@].*\b(func|init|var|let|subscript)\b/) { member = line }
            return (name, member, line)
        }
    }

    @Test("Only calls of scripts take it from the ranks; all else is handed it")
    func isHandedOn() {
        let taken = Self.lines.filter { $0.line.contains("ranks.together") }
        #expect(taken.count > 25, "the places were not found")
        for (file, member, _) in taken {
            // what connects by a rule that has no name is for tests
            #expect(member.contains(/\b(public|package)\b|func connect\(/), "\(file): \(member)")
        }
    }

    @Test("The simulation gets the ranks, and hands them to all others")
    func ranksAreHandedOn() {
        #expect(Self.lines.filter { $0.line.contains("Ranks.all") }.map(\.file) == ["Simulation.swift"])
    }

    @Test("MPI is called from one folder")
    func oneFolder() {
        for (folder, name, code) in FloorsTests.files where folder != "Ranks" {
            #expect(!code.contains("mpi_"), "\(name)")
        }
    }
}
