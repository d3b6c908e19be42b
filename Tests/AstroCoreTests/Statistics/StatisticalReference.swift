import Testing

/// The statistical scenarios of the reference: means and spreads over its seeds, to be compared with as many seeds of ours.
///
/// **False alarms.** Every quantity of every such scenario is compared by a Welch t test. All comparisons together are to raise a
/// false alarm with a probability of at most 1e-3 (`familyWise`); by Bonferroni's inequality each may do so with 1e-3 divided by their
/// number, `comparisons`. The seeds are fixed, so a given engine passes always or never: 1e-3 is the risk that a *right* engine
/// happens to fail, once and for all.
///
/// With some 130 comparisons and ten seeds on either side, means that are some six standard errors apart are told apart.
enum StatisticalReference {
    static let familyWise = 1e-3

    struct Entry: Decodable, Sendable {
        let mean: Double
        let sd: Double?
        /// Where the entry pools the cells of all seeds: the spread of the seeds' means.
        let sd_between_seeds_of_mean: Double?

        func sample(seeds: Int) -> Sample { Sample(mean: mean, sd: sd_between_seeds_of_mean ?? sd!, n: seeds) }
    }

    /// The common part of all three kinds of files: `summary` over `seeds`, or `result` over `n_seeds`.
    struct File: Decodable, Sendable {
        let seeds: [Int]?
        let n_seeds: Int?
        let summary: [String: Entry]?
        let result: [String: Entry]?

        var samples: [String: Sample] {
            (summary ?? result ?? [:]).mapValues { $0.sample(seeds: n_seeds ?? seeds!.count) }
        }
    }

    static let files: [String: [String: Sample]] = Dictionary(
        uniqueKeysWithValues: Fixtures.names(in: "reference") { name in
            ["net_", "pool_", "ex_"].contains { name.hasPrefix($0) }
        }.map { ($0, (try? Fixtures.decode(File.self, from: "reference/\($0).json"))?.samples ?? [:]) })

    /// Chi-square tests of PoolTests, one for each pool scenario, share the budget.
    static var comparisons: Int {
        files.values.reduce(0) { $0 + $1.count } + files.keys.count { $0.hasPrefix("pool_") }
    }

    static var significance: Double { familyWise / Double(comparisons) }

    /// Compares the mean over our seeds of every quantity of a scenario with the reference's.
    static func compare(_ measured: [[String: Double]], with name: String) throws {
        let reference = try #require(files[name])
        try #require(!reference.isEmpty, "\(name) holds no quantities")
        for (quantity, theirs) in reference.sorted(by: { $0.key < $1.key }) {
            let ours = Sample(try measured.map { try #require($0[quantity], "\(name), \(quantity) is not measured") })
            let p = ours.probabilityOfLargerDifference(from: theirs)
            #expect(
                p >= significance,
                """
                \(name), \(quantity): \(ours.mean) +- \(ours.sd) over \(ours.n) seeds, the reference \(theirs.mean) +- \(theirs.sd) \
                over \(theirs.n); such a difference has probability \(p)
                """)
        }
    }
}

#if DEBUG
    let isOptimized = false
#else
    let isOptimized = true
#endif
