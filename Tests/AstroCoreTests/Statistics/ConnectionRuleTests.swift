import AstroCore
import Foundation
import Testing

/// What every rule promises exactly, whatever the seed.
@Suite("Connection rules keep what they promise")
struct ConnectionRuleTests {
    /// The connections a rule makes among `sources` and `targets` parrot neurons (or within one population of `sources`).
    private func pairs(_ rule: Settings, sources: Int = 30, targets: Int? = 20, seed: Int64 = 1) throws -> [[Int]] {
        let simulation = try Simulation(seed: seed, threads: 2)
        let pre = try simulation.create("parrot_neuron", count: sources)
        let post = try targets.map { try simulation.create("parrot_neuron", count: $0) } ?? pre
        let made = try simulation.connect(pre, post, rule: rule)
        let connections = try simulation.connections()
        #expect(made == connections.count && made == simulation.connectionCount)
        // The way back of a symmetric pair has its positions below 0, or beyond the end: only its being there counts.
        return zip(connections.source, connections.target).map { [Int($0) - pre.ids[0], Int($1) - post.ids[0]] }
    }

    private func degrees(_ pairs: [[Int]], end: Int, of n: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: n)
        for pair in pairs { counts[pair[end]] += 1 }
        return counts
    }

    @Test("one_to_one joins equal positions")
    func oneToOne() throws {
        #expect(
            try pairs(["rule": .text("one_to_one")], sources: 20).sorted { $0[0] < $1[0] } == (0..<20).map { [$0, $0] })
    }

    @Test("all_to_all joins every pair once")
    func allToAll() throws {
        let made = try pairs(["rule": .text("all_to_all")])
        #expect(made.count == 600 && Set(made).count == 600)
    }

    @Test(
        "allow_autapses = false leaves out the diagonal and nothing else",
        arguments: ["all_to_all", "pairwise_bernoulli"])
    func autapses(_ rule: String) throws {
        var settings: Settings = ["rule": .text(rule), "allow_autapses": .flag(false)]
        if rule == "pairwise_bernoulli" { settings["p"] = .number(1) }
        let made = try pairs(settings, targets: nil)
        #expect(Set(made).count == 30 * 29 && made.count == 30 * 29)
        #expect(made.allSatisfy { $0[0] != $0[1] })
    }

    @Test("fixed_indegree gives every target as many, repeats allowed", arguments: [1, 7, 45])
    func indegree(_ k: Int) throws {
        let made = try pairs(["rule": .text("fixed_indegree"), "indegree": .number(Double(k))])
        #expect(degrees(made, end: 1, of: 20) == [Int](repeating: k, count: 20))
        // 45 draws out of 30 sources cannot all be different.
        if k == 45 { #expect(Set(made).count < made.count) }
    }

    @Test(
        "fixed_indegree without autapses takes what its streams draw, one number after the other", arguments: [3, 200])
    func drawnOneByOne(_ k: Int) throws {
        let rule: Settings = [
            "rule": .text("fixed_indegree"), "indegree": .number(Double(k)), "allow_autapses": .flag(false),
        ]
        let made = try pairs(rule, targets: nil, seed: 4)
        for target in 0..<30 {
            var stream = RandomStream(seed: 4, StreamName(.connection, call: 0, member: target))
            var expected: [Int] = []
            while expected.count < k {
                let source = stream.below(30)
                if source != target { expected.append(source) }
            }
            #expect(made.filter { $0[1] == target }.map { $0[0] }.sorted() == expected.sorted())
        }
    }

    @Test("fixed_indegree without repeats and autapses takes everyone else when it must")
    func indegreeWithoutMultapses() throws {
        let made = try pairs(
            [
                "rule": .text("fixed_indegree"), "indegree": .number(29), "allow_multapses": .flag(false),
                "allow_autapses": .flag(false),
            ],
            targets: nil)
        #expect(made.count == 30 * 29 && Set(made).count == 30 * 29)
        #expect(made.allSatisfy { $0[0] != $0[1] })
    }

    @Test("fixed_outdegree gives every source as many", arguments: [true, false])
    func outdegree(_ multapses: Bool) throws {
        let made = try pairs([
            "rule": .text("fixed_outdegree"), "outdegree": .number(20), "allow_multapses": .flag(multapses),
        ])
        #expect(degrees(made, end: 0, of: 30) == [Int](repeating: 20, count: 30))
        // 20 of 20 targets: without repeats these are all of them; with repeats that has probability (20!/20^20)^30 < 1e-200.
        #expect((Set(made).count == made.count) == !multapses)
    }

    @Test("fixed_total_number makes just that number", arguments: [0, 1, 1234])
    func totalNumber(_ n: Int) throws {
        #expect(try pairs(["rule": .text("fixed_total_number"), "N": .number(Double(n))]).count == n)
    }

    @Test("pairwise_bernoulli: nothing for p = 0, all for p = 1, never a repeat between")
    func bernoulli() throws {
        func made(_ p: Double) throws -> [[Int]] { try pairs(["rule": .text("pairwise_bernoulli"), "p": .number(p)]) }
        #expect(try made(0).isEmpty)
        #expect(try Set(made(1)).count == 600)
        let half = try made(0.5)
        #expect(Set(half).count == half.count)
        // 600 p = 300, sd 12.2: eight sd, 1e-15.
        #expect(abs(half.count - 300) < 98)
    }

    @Test("symmetric_pairwise_bernoulli makes both directions or none")
    func symmetric() throws {
        let made = try pairs(
            [
                "rule": .text("symmetric_pairwise_bernoulli"), "p": .number(0.3), "allow_autapses": .flag(false),
                "make_symmetric": .flag(true),
            ], targets: nil)
        #expect(!made.isEmpty && Set(made).count == made.count)
        #expect(Set(made) == Set(made.map { [$0[1], $0[0]] }))
    }

    @Test("make_symmetric adds the way back to one_to_one")
    func makeSymmetric() throws {
        let rule: Settings = ["rule": .text("one_to_one"), "make_symmetric": .flag(true)]
        #expect(try pairs(rule, sources: 20).count == 40)
        // A node's connection to itself has a way back, too, as long as it may have one at all.
        #expect(try pairs(rule, sources: 20, targets: nil).count == 40)
        #expect(try pairs(rule.with(["allow_autapses": .flag(false)]), sources: 20, targets: nil).isEmpty)
    }

    @Test("pairwise_poisson makes as many a pair on average, repeats included")
    func poisson() throws {
        let made = try pairs(["rule": .text("pairwise_poisson"), "pairwise_avg_num_conns": .number(2.5)])
        // 600 pairs of mean 2.5: 1500, sd 38.7; eight sd.
        #expect(abs(made.count - 1500) < 310)
        #expect(Set(made).count < made.count)
    }

    @Test("Seeds are values: the same seed makes the same connections, another one others")
    func seeds() throws {
        let rule: Settings = ["rule": .text("pairwise_bernoulli"), "p": .number(0.5)]
        #expect(try pairs(rule, seed: 5) == pairs(rule, seed: 5))
        #expect(try pairs(rule, seed: 5) != pairs(rule, seed: 6))
    }

    @Test("Every rule of the reference is there")
    func names() {
        let expected: Set = [
            "one_to_one", "all_to_all", "fixed_indegree", "fixed_outdegree", "fixed_total_number", "pairwise_bernoulli",
            "symmetric_pairwise_bernoulli", "pairwise_poisson", "third_factor_bernoulli_with_pool",
        ]
        #expect(Set(Catalogue.rules) == expected)
    }
}
