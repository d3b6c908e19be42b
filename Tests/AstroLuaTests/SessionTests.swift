import AstroLua
import Testing

private struct NobodyListens: Error {}

@Suite("A session speaks data", .serialized)
struct SessionTests {
    private let runtime: Runtime
    private let session: Session

    init() throws {
        runtime = try Runtime()
        session = try Session(runtime)
    }

    private func displays(_ text: String) -> [Session.Display] {
        var shown: [Session.Display] = []
        session.display = { shown.append($0) }
        _ = session.evaluate(text)
        return shown
    }

    @Test("Values, errors and their hints are displayed by kind, without the looks of a terminal")
    func kinds() {
        #expect(displays("6 * 7").map(\.kind) == [.value])
        #expect(displays("6 * 7").map(\.text) == ["42"])
        #expect(displays("local x = 1").isEmpty)
        let failed = displays("function broken() local x = nil + 1 end broken()")
        #expect(failed.map(\.kind) == [.error, .hint])
        #expect(failed.first?.text == "attempt to perform arithmetic on a nil value")
        #expect(displays(":time 1 + 1").map(\.kind) == [.value, .note])
        #expect(displays("help 'sim:simulate'").map(\.kind) == [.page])
    }

    @Test("Help within a loop is displayed in its turn")
    func order() {
        let texts = displays("help 'nothing of this name'; 5").map(\.text)
        #expect(texts == ["there is no help on 'nothing of this name'", "5"])
    }

    @Test("What a display throws is an error of what is evaluated")
    func brokenDisplay() {
        session.display = { _ in throw NobodyListens() }
        let (outcome, leaves) = session.evaluate("6 * 7")
        guard case .failed(let message) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.contains("NobodyListens"))
        #expect(!leaves)
    }

    @Test("Completions are what is typed, what Tab inserts, and the candidates; what follows the cursor does not count")
    func completions() {
        let text = "math.floor(1) + math.fl"
        let names = session.completions(text, at: text.endIndex)
        #expect(names.typed == "fl")
        #expect(names.insertion == "oor")
        #expect(names.candidates.map(\.name) == ["floor"])
        #expect(
            session.completions(text, at: text.index(text.startIndex, offsetBy: 7)).candidates.map(\.name) == [
                "floor"
            ])
        let rules = "sim = astro.Simulation { threads = 1 }"
        _ = session.evaluate(rules)
        let rule = "sim:connect(exc, exc, { rule = \"fixed_"
        let several = session.completions(rule, at: rule.endIndex)
        #expect(several.insertion.isEmpty)
        #expect(several.candidates.map(\.name) == ["fixed_indegree", "fixed_outdegree", "fixed_total_number"])
        #expect(several.candidates.allSatisfy { $0.note?.isEmpty == false })
        #expect(session.completions("no.such.thing.", at: "no.such.thing.".endIndex).candidates.isEmpty)
    }

    @Test("A terminal lists candidates with notes where there is room, otherwise names side by side")
    func listing() {
        let rule = "astro.Simulation{}:connect(exc, exc, { rule = \"fixed_"
        let completions = session.completions(rule, at: rule.endIndex)
        let wide = completions.listing(width: 80, lines: 20, colours: false).split(separator: "\n")
        #expect(wide.count == 3)
        #expect(wide[0].hasPrefix("fixed_indegree      For each target"))
        #expect(wide.allSatisfy { $0.count <= 80 })
        #expect(
            completions.listing(width: 30, lines: 20, colours: false)
                == "fixed_indegree\nfixed_outdegree\nfixed_total_number")
        let coloured = completions.listing(width: 80, lines: 20, colours: true)
        #expect(coloured.contains("\u{1B}[2m"))
    }

    @Test("Inspecting tells what help knows of the name around the cursor")
    func inspect() throws {
        let text = "sim:simulate(10)"
        let page = try #require(session.inspect(text, at: text.index(text.startIndex, offsetBy: 6)))
        #expect(page.hasPrefix("Simulation:simulate\n"))
        #expect(session.inspect("1 + ", at: "1 + ".endIndex) == nil)
        #expect(session.inspect("nothing_like_this", at: "nothing_like_this".endIndex) == nil)
    }
}
