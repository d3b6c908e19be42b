import AstroCore
import Foundation
import Testing

/// Which astrocyte a neuron meets: `third_factor_bernoulli_with_pool`, on the reference's three connectivity scenarios.
@Suite("Third-factor connections and their pools")
struct PoolTests {
    static let scenarios = ["pool_block_1", "pool_block_4", "pool_random"]

    struct Specification: Decodable, Sendable {
        let N_pre: Int
        let N_post: Int
        let N_astro: Int
        let conn_spec: [String: JSONValue]
        let third_factor_conn_spec: [String: JSONValue]
        let n_seeds: Int

        init(_ name: String) throws { self = try Fixtures.decode(Specification.self, from: "reference/\(name).json") }

        var poolSize: Int { number("pool_size", third_factor_conn_spec).map { Int($0) }! }
        var p: Double { number("p", conn_spec)! }
        var thirdP: Double { number("p", third_factor_conn_spec)! }

        private func number(_ key: String, _ settings: [String: JSONValue]) -> Double? {
            guard case .number(let x) = settings[key]?.value else { return nil }
            return x
        }
    }

    /// The connections made, every cell by its position in its population, from 0.
    struct Wiring {
        var primary: [(pre: Int, post: Int)] = []
        var thirdIn: [(pre: Int, astrocyte: Int)] = []
        var thirdOut: [(astrocyte: Int, post: Int)] = []

        init(_ specification: Specification, seed: Int64, rule: Settings? = nil, thirdP: Double? = nil) throws {
            let simulation = try Simulation(seed: seed, threads: 2)
            let pre = try simulation.create("parrot_neuron", count: specification.N_pre)
            let post = try simulation.create("aeif_cond_alpha_astro", count: specification.N_post)
            let astrocytes = try simulation.create("astrocyte_lr_1994", count: specification.N_astro)
            var thirdRule = specification.third_factor_conn_spec.settings
            if let thirdP { thirdRule["p"] = .number(thirdP) }
            let made = try simulation.tripartiteConnect(
                pre, post, third: astrocytes, rule: rule ?? specification.conn_spec.settings, thirdRule: thirdRule,
                thirdOut: ["synapse_model": .text("sic_connection")])
            func pairs(_ from: Nodes, _ to: Nodes) throws -> [(Int, Int)] {
                let connections = try simulation.connections(source: from, target: to)
                return zip(connections.source, connections.target).map { (Int($0) - from.ids[0], Int($1) - to.ids[0]) }
            }
            primary = try pairs(pre, post).map { (pre: $0, post: $1) }
            thirdIn = try pairs(pre, astrocytes).map { (pre: $0, astrocyte: $1) }
            thirdOut = try pairs(astrocytes, post).map { (astrocyte: $0, post: $1) }
            #expect(made.primary == primary.count && made.thirdIn == thirdIn.count && made.thirdOut == thirdOut.count)
            #expect(simulation.connectionCount == primary.count + thirdIn.count + thirdOut.count)
        }

        /// The different astrocytes of every post neuron.
        func astrocytes(of posts: Int) -> [Set<Int>] {
            var sets = [Set<Int>](repeating: [], count: posts)
            for connection in thirdOut { sets[connection.post].insert(connection.astrocyte) }
            return sets
        }
    }

    private func histogram(_ values: some Sequence<Int>, of n: Int) -> [Double] {
        var counts = [Double](repeating: 0, count: n)
        for value in values { counts[value] += 1 }
        return counts
    }

    @Test("For each connection in there is one out, at the same astrocyte", arguments: scenarios)
    func inAndOut(_ name: String) throws {
        let specification = try Specification(name)
        let wiring = try Wiring(specification, seed: 1)
        #expect(!wiring.thirdIn.isEmpty)
        #expect(
            histogram(wiring.thirdIn.map(\.astrocyte), of: specification.N_astro)
                == histogram(wiring.thirdOut.map(\.astrocyte), of: specification.N_astro))
    }

    @Test("No neuron has more third-factor connections than primary ones", arguments: scenarios)
    func perNeuron(_ name: String) throws {
        let specification = try Specification(name)
        let wiring = try Wiring(specification, seed: 2)
        let indegree = histogram(wiring.primary.map(\.post), of: specification.N_post)
        let sics = histogram(wiring.thirdOut.map(\.post), of: specification.N_post)
        #expect(zip(sics, indegree).allSatisfy { $0 <= $1 })
        let outdegree = histogram(wiring.primary.map(\.pre), of: specification.N_pre)
        let inputs = histogram(wiring.thirdIn.map(\.pre), of: specification.N_pre)
        #expect(zip(inputs, outdegree).allSatisfy { $0 <= $1 })
    }

    @Test("With p = 1 every primary connection has an astrocyte, with p = 0 none", arguments: scenarios)
    func certainty(_ name: String) throws {
        let specification = try Specification(name)
        let always = try Wiring(specification, seed: 3, thirdP: 1)
        #expect(
            histogram(always.thirdOut.map(\.post), of: specification.N_post)
                == histogram(always.primary.map(\.post), of: specification.N_post))
        #expect(
            histogram(always.thirdIn.map(\.pre), of: specification.N_pre)
                == histogram(always.primary.map(\.pre), of: specification.N_pre))
        let never = try Wiring(specification, seed: 3, thirdP: 0)
        #expect(!never.primary.isEmpty && never.thirdIn.isEmpty && never.thirdOut.isEmpty)
    }

    @Test(
        "Block pools: neuron i meets the astrocytes of block i, whatever it gets",
        arguments: ["pool_block_1", "pool_block_4"])
    func blocks(_ name: String) throws {
        let specification = try Specification(name)
        for seed in Int64(1)...3 {
            for (i, set) in try Wiring(specification, seed: seed).astrocytes(of: specification.N_post).enumerated() {
                let pool =
                    specification.poolSize == 1
                    ? [i / (specification.N_post / specification.N_astro)]
                    : Array(i * specification.poolSize..<(i + 1) * specification.poolSize)
                #expect(set.isSubset(of: pool), "post neuron \(i)")
            }
        }
    }

    @Test(
        "Random pools: at most pool_size astrocytes a neuron, all of them met with enough connections, pools of their own"
    )
    func randomPools() throws {
        let specification = try Specification("pool_random")
        // 400 connections a neuron: that one of 10 astrocytes is never drawn has probability 10 * 0.9^400 = 5e-18.
        let wiring = try Wiring(specification, seed: 1, rule: ["rule": .text("all_to_all")], thirdP: 1)
        let pools = wiring.astrocytes(of: specification.N_post)
        #expect(pools.allSatisfy { $0.count == specification.poolSize })
        // That two of 500 pools of 10 out of 400 are equal has probability 500^2/2 / 2.6e19 = 5e-15.
        #expect(Set(pools).count == specification.N_post)
        // Another seed, other pools.
        #expect(
            try Wiring(specification, seed: 2, rule: ["rule": .text("all_to_all")], thirdP: 1).astrocytes(of: 500)
                != pools)
    }

    @Test(
        "Astrocytes a neuron, neurons an astrocyte, connections of both: the reference's over twenty seeds",
        arguments: scenarios)
    func statistics(_ name: String) throws {
        let specification = try Specification(name)
        let measured = try (Int64(1)...20).map { seed -> [String: Double] in
            let wiring = try Wiring(specification, seed: seed)
            let pairs = wiring.astrocytes(of: specification.N_post)
            return [
                "distinct_astro_per_post": pairs.map { Double($0.count) }.mean,
                "sic_per_post": histogram(wiring.thirdOut.map(\.post), of: specification.N_post).mean,
                "post_per_astro": histogram(pairs.flatMap { $0 }, of: specification.N_astro).mean,
                "out_per_astro": histogram(wiring.thirdOut.map(\.astrocyte), of: specification.N_astro).mean,
                "in_per_astro": histogram(wiring.thirdIn.map(\.astrocyte), of: specification.N_astro).mean,
                "n_primary": Double(wiring.primary.count), "n_third_in": Double(wiring.thirdIn.count),
                "n_third_out": Double(wiring.thirdOut.count),
            ]
        }
        try StatisticalReference.compare(measured, with: name)
    }

    @Test("The number of SIC connections a neuron is binomial", arguments: scenarios)
    func binomial(_ name: String) throws {
        // Each of N_pre neurons makes a primary connection with p, and it an SIC connection with p_third.
        let specification = try Specification(name)
        let (n, p) = (specification.N_pre, specification.p * specification.thirdP)
        var counts = [Double](repeating: 0, count: n + 1)
        for seed in Int64(1)...20 {
            let wiring = try Wiring(specification, seed: seed)
            for k in histogram(wiring.thirdOut.map(\.post), of: specification.N_post) { counts[Int(k)] += 1 }
        }
        let expected = (0...n).map { k -> Double in
            let ways = lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
            return counts.reduce(0, +) * exp(ways + Double(k) * log(p) + Double(n - k) * log(1 - p))
        }
        // Bins of at least ten expected neurons each.
        var chiSquare = 0.0, bins = 0, found = 0.0, due = 0.0, dueBefore = 0.0
        for k in 0...n {
            found += counts[k]
            due += expected[k]
            let rest = expected.reduce(0, +) - dueBefore - due
            if due >= 10 && rest >= 10 || k == n {
                chiSquare += (found - due) * (found - due) / due
                bins += 1
                dueBefore += due
                (found, due) = (0, 0)
            }
        }
        #expect(bins > 10)
        let tail = chiSquareTail(chiSquare, freedom: bins - 1)
        #expect(
            tail >= StatisticalReference.significance, "chi-square \(chiSquare) in \(bins) bins, probability \(tail)")
    }
}
