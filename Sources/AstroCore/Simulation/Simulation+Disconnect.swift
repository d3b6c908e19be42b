extension Simulation {
    /// Removes connections; how many. What they have sent already still arrives.
    public func disconnect(_ connections: Connections) throws -> Int {
        guard connections.simulation === self else {
            throw InputError("these connections belong to another simulation")
        }
        try connections.checkCurrent()
        try checkNotRecorded()
        remove(connections.references, ranks.together)
        return connections.count
    }

    /// Removes one connection of each pair that a rule names; how many. All of them must be there.
    ///
    /// - `rule`: one_to_one, the default, or all_to_all, and `allow_autapses`.
    /// - `synapse`: `synapse_model`, the default static_synapse.
    public func disconnect(_ pre: Nodes, _ post: Nodes, rule: Settings = [:], synapse: Settings = [:]) throws -> Int {
        try checkRemovable(pre, "sources")
        try checkRemovable(post, "targets")
        try checkNotRecorded()
        if let key = synapse.keys.sorted().first(where: { $0 != "synapse_model" }) {
            throw InputError("synapse: '\(key)' can't select connections; only synapse_model can")
        }
        let name = try Self.text(synapse["synapse_model"], "synapse_model") ?? Synapses.standard.name
        var wanted = try Self.pairs(pre, post, rule)
        let number = wanted.count
        let there = try connections(source: pre, target: post, synapseModel: name)
        let ends = zip(try there.get("source"), try there.get("target"))
        let chosen = ends.enumerated().filter { wanted.remove(Pair(source: Int($1.0), target: Int($1.1))) != nil }
        if let missing = wanted.min() { throw try noConnection(missing, pre, post, name) }
        remove(there.references(at: chosen.map(\.offset)), ranks.together)
        return number
    }

    // MARK: Checks

    private struct Pair: Hashable, Comparable {
        let source, target: Int

        static func < (a: Pair, b: Pair) -> Bool { (a.source, a.target) < (b.source, b.target) }
    }

    private func checkRemovable(_ nodes: Nodes, _ what: String) throws {
        try checkMine(nodes, what)
        if let recorder = nodes.runs.first(where: { $0.population.recorder(0) != nil }) {
            throw InputError("\(what): connections of a \(recorder.population.modelName) can't be removed")
        }
    }

    /// Recorders of connections know these by their places.
    private func checkNotRecorded() throws {
        guard let recorded = connectionRecordings.first else { return }
        throw InputError("connections can't be removed while some are recorded: \(Recorder(self, recorded.recording))")
    }

    private static func text(_ value: Value?, _ name: String) throws -> String? {
        switch value {
        case nil: return nil
        case .text(let text)?: return text
        case let other?: throw InputError("\(name) must be a name, got \(other)")
        }
    }

    private static func pairs(_ pre: Nodes, _ post: Nodes, _ rule: Settings) throws -> Set<Pair> {
        let known = ["rule", "allow_autapses"]
        if let key = rule.keys.sorted().first(where: { !known.contains($0) }) {
            throw InputError.unknown("disconnect has no key", key, among: known)
        }
        let name = try text(rule["rule"], "rule") ?? "one_to_one"
        let sources = pre.ids, targets = post.ids
        var pairs: Set<Pair>
        switch name {
        case "one_to_one":
            guard sources.count == targets.count else {
                throw InputError(
                    "one_to_one: \(sources.count) sources and \(targets.count) targets differ in number")
            }
            pairs = Set(zip(sources, targets).map { Pair(source: $0, target: $1) })
        case "all_to_all":
            try Memory.refuse(48 * Double(sources.count) * Double(targets.count), for: "that many pairs")
            pairs = Set(sources.flatMap { source in targets.map { Pair(source: source, target: $0) } })
        default: throw InputError("rule = '\(name)' is not allowed (one_to_one, all_to_all)")
        }
        if case .flag(false)? = rule["allow_autapses"] { pairs = pairs.filter { $0.source != $0.target } }
        return pairs
    }

    private func noConnection(_ pair: Pair, _ pre: Nodes, _ post: Nodes, _ model: String) throws -> InputError {
        let all = try connections(source: pre, target: post), models = all.synapseModels
        let ends = zip(try all.get("source"), try all.get("target"))
        let others = zip(ends, models).filter { Int($0.0.0) == pair.source && Int($0.0.1) == pair.target }.map(\.1)
        let hint = others.first { $0 != model }.map { "; there is a \($0): { synapse_model = \"\($0)\" }" } ?? ""
        return InputError("there is no \(model) from node \(pair.source) to node \(pair.target)\(hint)")
    }

    // MARK: Removing

    /// Removes own connections; all ranks do so together.
    private func remove(_ references: [Connections.Reference], _ together: Together) {
        var places: [Int: [Projection.Place]] = [:], signals: [Int: [Int]] = [:], ofLinks: [Int: [Int]] = [:]
        for reference in references {
            switch reference {
            case .spike(let p, let row, let s, let index):
                places[Int(p), default: []].append(
                    Projection.Place(segment: Int(s), row: Int(row), index: Int(index)))
            case .signal(let p, let number): signals[p, default: []].append(number)
            case .link(let l, let index): ofLinks[l, default: []].append(Int(index))
            }
        }
        removeSpikeConnections(places, together)
        stopUnreadHistories()
        removeSignals(signals, together)
        for l in Set(together.gather(ofLinks.keys.sorted()).all).sorted() {
            prepareBuffers()
            links[l].flush(generator(of: links[l]), now: now, seed: seed)
            links[l].remove(together.gather(ofLinks[l] ?? []).all)
        }
        removals += 1
        isPrepared = false
    }

    private func removeSpikeConnections(_ places: [Int: [Projection.Place]], _ together: Together) {
        let removed = together.sum(projections.indices.map { places[$0]?.count ?? 0 })
        for (p, count) in removed.enumerated() where count > 0 {
            projections[p].remove(places[p] ?? [])
            projections[p].uncount(count, together)
        }
        guard projections.contains(where: { $0.count == 0 }) else { return }
        for population in populationList { population.outgoing.removeAll { $0.projection.count == 0 } }
        projections.removeAll { $0.count == 0 }
        for (index, projection) in projections.enumerated() { projection.index = index }
    }

    private func removeSignals(_ numbers: [Int: [Int]], _ together: Together) {
        let removed = together.sum(signalProjections.indices.map { numbers[$0]?.count ?? 0 })
        for (p, count) in removed.enumerated() where count > 0 {
            signalProjections[p].remove(numbers[p] ?? [], ofAll: count)
            signalProjections[p].findDelays(together)
        }
        signalProjections.removeAll { $0.count == 0 }
    }
}
