import Foundation
import Testing

@testable import AstroCore

// The page's example, from here to the next mark:
// <page>
/// A ring with short cuts: each source to the `k` targets behind it, each replaced by a random one with probability `p`.
struct SmallWorld: NamedConnectionRule {
    static let info = RuleInfo(
        name: "small_world", summary: "Each source to the k targets behind it in a ring, or to random ones.",
        count: "k * N_pre",
        ownKeys: [
            RuleKey("k", "connections from each source"),
            RuleKey("p", "probability of a random target", default: "0"),
        ])

    let k: Int
    let p: Double

    init(_ settings: RuleSettings) throws {
        k = try settings.count("k")
        p = try settings.probability("p", default: 0)
    }

    func check(_ pre: NodeIDs, _ post: NodeIDs) throws {
        guard k < post.count else {
            throw InputError("\(name): k = \(k) must be below the number of targets, \(post.count)")
        }
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { Double(k) * Double(pre) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        let count = post.count
        return .rows { row, targets in
            var random = call.stream(row)
            for step in 1..<k + 1 {
                let isShortCut = random.uniform() < p
                targets.append(UInt32(isShortCut ? random.below(count) : (row + step) % count))
            }
        }
    }
}
// </page>

/// What Docs/extending-rules.md shows works, without a line in the engine's list.
@Suite("Your first connection rule")
struct FirstRuleTests {
    private func rule(_ settings: Settings) throws -> any ConnectionRule {
        try ConnectionRules.rule(
            settings.merging(["rule": .text("small_world")]) { $1 }, among: ConnectionRules.all + [SmallWorld.self])
    }

    /// Positions of sources and targets within a population of 40.
    private func pairs(_ settings: Settings, threads: Int = 1) throws -> [[Int]] {
        let simulation = try Simulation(seed: 3, threads: threads)
        let cells = try simulation.create("parrot_neuron", count: 40)
        let made = try simulation.connect(cells, cells, rule: try rule(settings), synapse: ["weight": .number(2)])
        let connections = try simulation.connections()
        #expect(made == connections.count && connections.weight.allSatisfy { $0 == 2 })
        return zip(connections.source, connections.target).map { [Int($0) - cells.ids[0], Int($1) - cells.ids[0]] }
    }

    @Test("Without short cuts it is a ring")
    func ring() throws {
        let made = try pairs(["k": .number(3)])
        #expect(Set(made) == Set((0..<40).flatMap { row in (1...3).map { [row, (row + $0) % 40] } }))
        #expect(made.count == 120)
    }

    @Test("With short cuts it has as many connections, others of them, and the same ones on any number of threads")
    func shortCuts() throws {
        let settings: Settings = ["k": .number(10), "p": .number(0.5)]
        let made = try pairs(settings)
        #expect(made.count == 400)
        // 400 p = 200 short cuts, of which 3 in 4 leave the ring: mean 150, sd 9.7; eight sd.
        let outside = made.count { !(1...10).contains(($0[1] - $0[0] + 40) % 40) }
        #expect(abs(outside - 150) < 78)
        #expect(try pairs(settings, threads: 3) == made)
    }

    @Test(
        "Its keys are checked as those of other rules are",
        arguments: [
            (["p": .number(0.5)], "small_world needs 'k'"),
            (["k": .number(2.5)], "small_world: k = 2.5 is not a number of connections (0, 1, 2, …)"),
            (["k": .number(2), "p": .number(2)], "small_world: p = 2 is not a probability (0 to 1)"),
            (["k": .number(2), "K": .number(2)], "small_world has no key 'K' (did you mean 'k'?)"),
            (["k": .number(40)], "small_world: k = 40 must be below the number of targets, 40"),
            (
                ["k": .number(2), "allow_autapses": .flag(false)],
                "small_world can't avoid autapses (allow_autapses must be true)"
            ),
            (
                ["k": .number(2), "make_symmetric": .flag(true)],
                "small_world can't be made symmetric (one_to_one and symmetric_pairwise_bernoulli can)"
            ),
        ] as [(Settings, String)])
    func errors(_ settings: Settings, _ message: String) throws {
        let error = #expect(throws: InputError.self) { try pairs(settings) }
        #expect(error?.message == message)
    }

    @Test("The page shows the rule of this file")
    func page() throws {
        let docs = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "Docs")
        let page = try String(contentsOf: docs.appendingPathComponent("extending-rules.md"), encoding: .utf8)
        let source = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
        let example = try #require(source.split(separator: "// <page>\n").last?.split(separator: "// </page>").first)
        #expect(page.contains("```swift\n\(example)```\n"))
    }
}
