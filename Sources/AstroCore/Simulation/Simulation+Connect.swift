import Synchronization

extension Simulation {
    /// Connects `pre` to `post`; the number of connections made.
    ///
    /// - `rule`: `rule` (a name, default all_to_all) and the rule's keys.
    /// - `synapse`: `synapse_model` (default static_synapse), `weight`, `delay` (ms) and the model's parameters.
    public func connect(_ pre: Nodes, _ post: Nodes, rule: Settings = [:], synapse: Settings = [:]) throws -> Int {
        try connect(pre, post, rule: try Self.rule(rule, pre, post), synapse: synapse)
    }

    /// Through a model that scripts need not have a name for, where `synapse` names none.
    func connect(
        _ pre: Nodes, _ post: Nodes, through model: SynapseDefinition, rule: Settings = [:], synapse: Settings = [:]
    ) throws -> Int {
        try connect(pre, post, rule: try Self.rule(rule, pre, post), synapse: synapse, standard: model)
    }

    /// By any rule, one that scripts have no name for included.
    func connect(
        _ pre: Nodes, _ post: Nodes, rule: any ConnectionRule, synapse: Settings = [:],
        standard: SynapseDefinition = Synapses.standard
    ) throws -> Int {
        try timed(\.connect) {
            try checkMine(pre, "sources")
            try checkMine(post, "targets")
            let given = try SynapseSpec(synapse, standard: standard)
            let spec = try resolved(given, pre, post), kind = try ConnectionKind(pre, post, spec)
            try checkPaired(spec.model, spec.thirds)
            try spec.model.checkUnits(post.cellModels, models(ofPaired: spec.thirds))
            let back = kind == .signal && rule.makesSymmetric ? try resolved(given, post, pre) : spec.reversed
            if rule.makesSymmetric { try checkWayBack(pre, post, back, kind, synapse) }
            if case .recording = kind { return try connectRecorder(pre, post, rule) }
            let (sources, targets) = (NodeIDs(pre), NodeIDs(post))
            try rule.check(sources, targets)
            try spec.checkLists(
                rule.numbering?.count(sources.count, targets.count), possibleWith: ConnectionRules.numbered)
            let call = try CallName(seed: seed, number: connectCalls)
            let temporary = rule.connections(sources, targets, call).temporaryBytes
            let together = ranks.together
            try checkDraws(spec, sources.count, call)
            try together.agree {
                try Memory.refuse(
                    rule.expectedCount(sources.count, targets.count)
                        * (bytesPerConnection(spec, kind) + temporary) / Double(ranks.count),
                    for: "that many connections")
            }
            var made = try make(kind, rule, spec, sources, targets, call, together)
            if let ruleBack = rule.wayBack { made += try make(kind, ruleBack, back, targets, sources, call, together) }
            connectCalls += 1
            isPrepared = false
            return made
        }
    }

    private func resolved(_ spec: SynapseSpec, _ pre: Nodes, _ post: Nodes) throws -> SynapseSpec {
        var result = try spec.resolved(pre.cellModels, post.cellModels, resolution: resolution) {
            try Geometry(pre, post)
        }
        result.now = TimeGrid.ms(now, resolution)
        return result
    }

    /// Refuses more connections than there are names of random numbers for, where synapses draw.
    private func checkDraws(_ spec: SynapseSpec, _ rows: Int, _ call: CallName) throws {
        guard spec.model.columns.contains(where: { $0.begins == .number }) else { return }
        let mostRows = 1 << (SynapseLanes.lowRowBits + SynapseLanes.highRowBits), mostCalls = 1 << 17
        guard rows <= mostRows, call.number < mostCalls else {
            throw InputError(
                "\(spec.model.name) draws random numbers: \(rows) sources in call \(call.number) of connect are too many (at most \(mostRows) and \(mostCalls))"
            )
        }
    }

    private static func rule(_ settings: Settings, _ pre: Nodes, _ post: Nodes) throws -> any ConnectionRule {
        try ConnectionRules.rule(settings, synapseKeys: SynapseSpec.allKeys) { try Geometry(pre, post) }
    }

    /// Refuses what can't go both ways between these nodes.
    private func checkWayBack(
        _ pre: Nodes, _ post: Nodes, _ spec: SynapseSpec, _ kind: ConnectionKind, _ synapse: Settings
    ) throws {
        guard try ConnectionKind(post, pre, spec) == kind else {
            throw InputError("make_symmetric: these sources and targets can't be connected in both directions")
        }
        try spec.checkSymmetry()
        for (name, value) in synapse.inOrder {
            if case .distribution = value {
                throw InputError("make_symmetric: \(name) can't be random; both directions have the same parameters")
            }
        }
    }

    private func bytesPerConnection(_ spec: SynapseSpec, _ kind: ConnectionKind) -> Double {
        if kind == .signal {
            guard spec.model.coupling != nil else { return 24 }
            let own = spec.model.columns.count { spec.uniform($0.name) == nil }
            return Double(24 + CouplingTable.bytesPerConnection + (own + (spec.every > 1 ? 1 : 0)) * 8)
        }
        if kind == .stimulation { return 40 }
        var bytes = spec.sharedWeight == nil ? 10 : 2
        if spec.uniform("delay") == nil { bytes += 2 }
        if spec.receptor == nil { bytes += 1 }
        return Double(bytes + 8 * spec.columns(rowCount: 0).ownWidth)
    }

    private func make(
        _ kind: ConnectionKind, _ rule: any ConnectionRule, _ spec: SynapseSpec, _ pre: NodeIDs, _ post: NodeIDs,
        _ call: CallName, _ together: Together
    ) throws -> Int {
        // of devices there are few, and all ranks have them
        let rows =
            kind == .stimulation ? rule.rows(pre, post, call) : rule.rows(pre, post, call, workers: threads, together)
        switch kind {
        case .spikes: return try makeProjection(rows, rule, spec, pre, post, call, together)
        case .signal: return try makeSignals(rows, rule, spec, pre, post, call, together)
        case .stimulation: return try makeLinks(rows, rule, spec, pre, post, call)
        case .recording: return 0
        }
    }

    // MARK: Spikes between cells

    private func makeProjection(
        _ rows: any Rows, _ rule: any ConnectionRule, _ spec: SynapseSpec, _ pre: NodeIDs, _ post: NodeIDs,
        _ call: CallName, _ together: Together
    ) throws -> Int {
        let builder = ProjectionBuilder(spec, rule, pre: pre, post: Targets(post, self), call, self)
        if !ranks.isAlone {
            try build(builder, rows, rowCount: pre.count, together)
            append(builder.projection, together)
            return builder.projection.count
        }
        nonisolated(unsafe) let source = rows
        try buildChunks([builder], rowCount: pre.count, together) { chunk, worker, scratches in
            var positions: [UInt32] = []
            for row in chunk {
                positions.removeAll(keepingCapacity: true)
                source.append(row: row, to: &positions)
                try builder.add(row: row, positions, to: scratches[0])
            }
        }
        append(builder.projection, together)
        return builder.projection.count
    }

    /// Lets workers fill chunks of rows; an error in any of them ends all.
    private func buildChunks(
        _ builders: [ProjectionBuilder], rowCount: Int, _ together: Together,
        _ fill: @escaping (_ rows: Range<Int>, _ worker: Int, _ scratches: [ProjectionBuilder.Scratch]) throws -> Void
    ) throws {
        let scratches = (0..<threads).map { _ in builders.map { $0.makeScratch() } }
        let failure = Mutex<(chunk: Int, error: InputError)?>(nil)
        let size = Projection.rowsPerChunk
        Team.shared.forEach(Projection.chunks(rows: rowCount), workers: threads) { chunk, worker in
            guard failure.withLock({ $0 == nil }) else { return }
            for (builder, scratch) in zip(builders, scratches[worker]) { builder.begin(scratch) }
            do {
                try fill(chunk * size..<min(rowCount, (chunk + 1) * size), worker, scratches[worker])
            } catch {
                let reported = error as? InputError ?? InputError("\(error)")
                failure.withLock { if $0 == nil { $0 = (chunk, reported) } }
                return
            }
            for (builder, scratch) in zip(builders, scratches[worker]) { builder.store(scratch, chunk: chunk) }
        }
        try together.agree { if let failure = failure.withLock({ $0 }) { throw failure.error } }
        for (i, builder) in builders.enumerated() { try builder.finish(scratches.map { $0[i] }, together) }
    }

    func append(_ projection: Projection, _ together: Together) {
        guard projection.count > 0 else { return }
        if projection.model.readsTargetHistory { forgetUnreadHistory(together) }
        keepTargetHistory(of: projection)
        projection.index = projections.count
        // those of a call come one after the other
        let ordinal = projections.reversed().prefix { $0.number == projection.number }.count
        projection.binding = SynapseBinding(
            resolution: resolution, seed: seed, projection: projection.number << 2 | min(ordinal, 3))
        projections.append(projection)
        let stretches = Dictionary(grouping: stretches(of: projection.sources)) { $0.nodes.population.index }
        for (population, stretches) in stretches {
            populationList[population].outgoing.append(Outgoing(projection, RowMap(stretches)))
        }
    }

    // MARK: Signals

    private func makeSignals(
        _ rows: any Rows, _ rule: any ConnectionRule, _ spec: SynapseSpec, _ pre: NodeIDs, _ post: NodeIDs,
        _ call: CallName, _ together: Together
    ) throws -> Int {
        if !ranks.isAlone {
            return add(
                try signalEntries(rows, rule, spec, pre, Targets(post, self), call, together), spec, call, together)
        }
        var made = SignalEntries(spec), positions: [UInt32] = []
        for (row, source) in pre.enumerated() {
            positions.removeAll(keepingCapacity: true)
            rows.append(row: row, to: &positions)
            let values = try signalValues(spec, rule, call, row, positions.count, post.count, row) { positions }
            for (i, position) in positions.enumerated() { made.append(source, post[Int(position)], values, i) }
        }
        return add(made, spec, call, together)
    }

    /// As above for one's own targets, where rows come from several ranks.
    private func signalEntries(
        _ rows: any Rows, _ rule: any ConnectionRule, _ spec: SynapseSpec, _ pre: NodeIDs, _ targets: Targets,
        _ call: CallName, _ together: Together
    ) throws -> SignalEntries {
        let found = Mutex<[(chunk: Int, entries: SignalEntries)]>([])
        try exchangeRows(rows, count: pre.count, onto: targets, numbered: true, together) { chunk, _, rows in
            var made = SignalEntries(spec)
            for (row, part) in rows {
                let numbers = part.column(1)
                if numbers.isEmpty { continue }
                let places = part.column(0)
                let values = try self.signalValues(
                    spec, rule, call, row, Int(part.header.first!), targets.count, row, numbers
                ) { places.map { UInt32(targets.position(ofOwn: Int($0))) } }
                for (i, place) in places.enumerated() {
                    made.append(
                        pre[row], targets.own[Int(place)], values, i,
                        follows: i > 0 && numbers[i - 1] + 1 == numbers[i])
                }
            }
            found.withLock { $0.append((chunk, made)) }
        }
        var all = SignalEntries(spec)
        for part in found.withLock({ $0 }).ordered(by: { $0.chunk }) { all.append(part.entries) }
        return all
    }

    /// What the connections of a row have; arguments as below.
    private func signalValues(
        _ spec: SynapseSpec, _ rule: (any ConnectionRule)?, _ call: CallName, _ row: Int, _ count: Int,
        _ postCount: Int, _ source: Int, _ numbers: [UInt32]? = nil, _ targets: () -> [UInt32]
    ) throws -> SignalEntries.Values {
        let both = try connectionValues(spec, rule, call, row, count, postCount, source, numbers, targets)
        let own = try spec.model.columns.map { column -> [Double] in
            if spec.uniform(column.name) != nil { return [] }
            return try drawn(column.name, spec, rule, call, row, count, postCount, source, numbers, targets)
        }
        return SignalEntries.Values(weights: both.weights, delays: both.delays, own: own)
    }

    private func drawn(
        _ name: String, _ spec: SynapseSpec, _ rule: (any ConnectionRule)?, _ call: CallName, _ row: Int, _ count: Int,
        _ postCount: Int, _ source: Int, _ numbers: [UInt32]?, _ targets: () -> [UInt32]
    ) throws -> [Double] {
        if let placed = try spec.placedValues(name, source, targets) { return placed }
        let rowStart = { rule?.start(ofRow: $0, postCount) ?? $0 * postCount }
        let all = try ParameterDraws(spec, name, call, rowStart: rowStart).values(row: row, count: count)
        return numbers.map { $0.map { all[Int($0)] } } ?? all
    }

    /// - `numbers`: which of the row's `count` connections they are; nil for all.
    /// - `source`: where the row's source stands among all.
    /// - `targets`: of these connections.
    private func connectionValues(
        _ spec: SynapseSpec, _ rule: (any ConnectionRule)?, _ call: CallName, _ row: Int, _ count: Int,
        _ postCount: Int, _ source: Int, _ numbers: [UInt32]? = nil, _ targets: () -> [UInt32]
    ) throws -> (weights: [Double], delays: [Int]) {
        func values(_ name: String) throws -> [Double] {
            try drawn(name, spec, rule, call, row, count, postCount, source, numbers, targets)
        }
        return (try values("weight"), try values("delay").map { try SynapseSpec.delaySteps($0, resolution) })
    }

    /// The number of connections.
    private func add(_ made: SignalEntries, _ spec: SynapseSpec, _ call: CallName, _ together: Together) -> Int {
        let count = together.sum([made.entries.reduce(0) { $0 + Int($1.multiplicity) }])[0]
        if count > 0, let route = spec.model.signal {
            let projection = SignalProjection(
                number: call.number, model: spec.model, route, entries: made.entries, count: count,
                values: made.couplingValues(spec))
            projection.findDelays(together)
            signalProjections.append(projection)
        }
        return count
    }

    // MARK: Generators

    private func makeLinks(
        _ rows: any Rows, _ rule: any ConnectionRule, _ spec: SynapseSpec, _ pre: NodeIDs, _ post: NodeIDs,
        _ call: CallName
    ) throws -> Int {
        var made: [DeviceLink] = []
        let targets = Targets(post, self)
        let most = pre.count * spec.receptors.count
        try StreamName.check(.poisson, call: links.count + most, "generators that are connected")
        // the same on all ranks: what fails fails everywhere
        for (row, source) in pre.enumerated() {
            let (count, forEachTarget) = linkTargets(rows, rule, row, post, targets)
            guard count > 0 else { continue }
            guard count <= Int(UInt32.max) else {
                throw InputError("\(count) connections of one generator are too many")
            }
            let values = try linkValues(spec, rule, call, row, count, post.count) {
                linkPositions(rows, rule, row, post)
            }
            let (population, device) = locate(source)
            for part in try receptorParts(spec, rule, call, row, count, post.count) {
                made.append(
                    DeviceLink(
                        population: population.index, device: device, generator: population.firstStreamed + device,
                        number: call.number, streamNumber: links.count + made.count, count: part.count,
                        weights: part.own(values.weights), delays: part.own(values.delays).map(Int32.init),
                        receptor: part.receptor, now: now, workers: threads,
                        forEachTarget: part.targets(forEachTarget), place: place))
            }
        }
        links += made
        return made.reduce(0) { $0 + $1.count }
    }

    /// How many connections a generator gets on all ranks, and what tells number and target of those onto own cells, at least.
    private func linkTargets(
        _ rows: any Rows, _ rule: any ConnectionRule, _ row: Int, _ post: NodeIDs, _ targets: Targets
    ) -> (count: Int, forEachTarget: ((Int, Int) -> Void) -> Void) {
        if rule.joinsAll {
            return (
                post.count,
                { body in for (i, id) in targets.own.enumerated() { body(targets.position(ofOwn: i), id) } }
            )
        }
        var positions: [UInt32] = []
        rows.append(row: row, to: &positions)
        return (
            positions.count,
            { [positions] body in
                for (number, position) in positions.enumerated() { body(number, post[Int(position)]) }
            }
        )
    }

    private func linkValues(
        _ spec: SynapseSpec, _ rule: any ConnectionRule, _ call: CallName, _ row: Int, _ count: Int, _ postCount: Int,
        _ targets: () -> [UInt32]
    ) throws -> (weights: [Double], delays: [Int]) {
        try uniformValues(spec) ?? connectionValues(spec, rule, call, row, count, postCount, row, nil, targets)
    }

    /// The targets of a generator on all ranks.
    private func linkPositions(_ rows: any Rows, _ rule: any ConnectionRule, _ row: Int, _ post: NodeIDs) -> [UInt32] {
        if rule.joinsAll { return Array(0..<UInt32(post.count)) }
        var positions: [UInt32] = []
        rows.append(row: row, to: &positions)
        return positions
    }

    /// The connections of a generator by receptor.
    private func receptorParts(
        _ spec: SynapseSpec, _ rule: any ConnectionRule, _ call: CallName, _ row: Int, _ count: Int, _ postCount: Int
    ) throws -> [ReceptorPart] {
        if let receptor = spec.receptor { return [ReceptorPart(receptor: receptor, count: count, numbers: nil)] }
        let draws = ParameterDraws(spec, "receptor_type", call, rowStart: { rule.start(ofRow: $0, postCount) })
        var numbers: [Int: [Int]] = [:]
        for (i, receptor) in try draws.values(row: row, count: count).enumerated() {
            numbers[Int(receptor), default: []].append(i)
        }
        return numbers.inOrder.map { ReceptorPart(receptor: $0, count: $1.count, numbers: $1) }
    }

    // MARK: Tripartite

    /// Connects `pre` to `post` by a rule, and for each connection made lets, with a probability, an astrocyte of the
    /// target's pool take part: `thirdIn` from the source to it, `thirdOut` from it to the target.
    public func tripartiteConnect(
        _ pre: Nodes, _ post: Nodes, third: Nodes, rule: Settings, thirdRule: Settings, primary: Settings = [:],
        thirdIn: Settings? = nil, thirdOut: Settings? = nil
    ) throws -> (primary: Int, thirdIn: Int, thirdOut: Int) {
        try timed(\.connect) {
            let specs = try tripartiteSpecs(pre, post, third, primary, thirdIn, thirdOut)
            let rule = try Self.rule(rule, pre, post)
            if rule.makesSymmetric {
                throw InputError("\(rule.name): connections with a third factor can't be made symmetric")
            }
            let thirdRule = try ThirdFactorRule(thirdRule, post: post.count, third: third.count)
            let (sources, targets) = (NodeIDs(pre), NodeIDs(post))
            try rule.check(sources, targets)
            let call = try CallName(seed: seed, number: connectCalls)
            guard targets.count * thirdRule.poolSize < StreamName.mostMembers else {
                throw InputError("\(targets.count) targets with pools of \(thirdRule.poolSize) are too many")
            }
            let drawn = [specs.primary] + (specs.thirdIn.map { [$0] } ?? [])
            for spec in drawn { try checkDraws(spec, sources.count, call) }
            let bytesEach =
                drawn.reduce(0) { $0 + bytesPerConnection($1, .spikes) }
                + rule.connections(sources, targets, call).temporaryBytes
            let expected = rule.expectedCount(sources.count, targets.count) / Double(ranks.count)
            let own = Targets(targets, self), together = ranks.together
            let factor = try together.agree {
                try Memory.refuse(expected * bytesEach, for: "that many connections")
                return try ThirdFactor(thirdRule, own.ownPositions, call, workers: threads) {
                    try Self.geometryOfPools(post, third)
                }
            }
            let counts = try makeTripartite(
                rule, specs, factor, sources, targets, own, NodeIDs(third), call, together)
            connectCalls += 3
            isPrepared = false
            return counts
        }
    }

    private func tripartiteSpecs(
        _ pre: Nodes, _ post: Nodes, _ third: Nodes, _ primary: Settings, _ thirdIn: Settings?, _ thirdOut: Settings?
    ) throws -> TripartiteSpecs {
        try checkMine(pre, "sources")
        try checkMine(post, "targets")
        try checkMine(third, "third-factor nodes")
        var specs = try TripartiteSpecs(primary, thirdIn, thirdOut, pre, post, third)
        specs.setTime(TimeGrid.ms(now, resolution))
        if specs.primary.model.isPaired {
            try checkPaired(specs.primary.model, third)
            try specs.primary.model.checkUnits(post.cellModels, third.cellModels.compactMap { $0 })
        }
        return specs
    }

    private static func geometryOfPools(_ post: Nodes, _ third: Nodes) throws -> Geometry {
        do {
            return try Geometry(post, third, ("the targets", "the third-factor nodes"))
        } catch let error as InputError {
            throw InputError("pool_type 'nearest': \(error.message)")
        }
    }

    private func makeTripartite(
        _ rule: any ConnectionRule, _ specs: TripartiteSpecs, _ factor: ThirdFactor, _ pre: NodeIDs, _ post: NodeIDs,
        _ targets: Targets, _ third: NodeIDs, _ call: CallName, _ together: Together
    ) throws -> (primary: Int, thirdIn: Int, thirdOut: Int) {
        let second = try CallName(seed: seed, number: call.number + 1)
        let outCall = try CallName(seed: seed, number: call.number + 2)
        let primary = ProjectionBuilder(specs.primary, rule, pre: pre, post: targets, call, self)
        let thirdIn = specs.thirdIn.map {
            ProjectionBuilder($0, rule, pre: pre, post: Targets(third, self), second, self)
        }
        let pairing = Pairing(factor, specs.primary.isPairedByRule ? third : nil)
        let expected = rule.expectedCount(pre.count, post.count) / Double(ranks.count)
        let out = ThirdOutCounts(
            workers: threads, post: targets.own.count, poolSize: factor.poolSize, expected: expected)
        let rows = rule.rows(pre, post, call, workers: threads, together)
        if ranks.isAlone {
            try buildHere(primary, thirdIn, pairing, out, rows, rowCount: pre.count, together)
        } else {
            try build(primary, thirdIn, pairing, out, rows, rowCount: pre.count, together)
        }
        let outCount = try makeThirdOut(specs, factor, out, targets, third, outCall, together)
        append(primary.projection, together)
        if let thirdIn { append(thirdIn.projection, together) }
        return (primary.projection.count, thirdIn?.projection.count ?? 0, outCount)
    }

    /// What astrocytes of a tripartite call send to its targets; the number of connections.
    private func makeThirdOut(
        _ specs: TripartiteSpecs, _ factor: ThirdFactor, _ out: ThirdOutCounts, _ targets: Targets, _ third: NodeIDs,
        _ outCall: CallName, _ together: Together
    ) throws -> Int {
        guard let spec = specs.thirdOut else { return 0 }
        var made = SignalEntries(spec)
        try together.agree {
            let shared = try sharedSignalValues(spec)
            try out.forEach { target, place, number in
                let member = factor.member(target, place), position = targets.position(ofOwn: target)
                let astrocyte = third[member]
                let name = position * factor.poolSize + place
                let values =
                    try shared
                    ?? self.signalValues(spec, nil, outCall, name, number, 0, member) {
                        Array(repeating: UInt32(position), count: number)
                    }
                for i in values.weights.indices {
                    made.append(
                        astrocyte, targets.own[target], values, i, number: values.weights.count == 1 ? number : 1)
                }
            }
        }
        return add(made, spec, outCall, together)
    }

    private func buildHere(
        _ primary: ProjectionBuilder, _ thirdIn: ProjectionBuilder?, _ pairing: Pairing, _ out: ThirdOutCounts,
        _ rows: any Rows, rowCount: Int, _ together: Together
    ) throws {
        nonisolated(unsafe) let rows = rows
        let factor = pairing.factor
        try buildChunks([primary] + (thirdIn.map { [$0] } ?? []), rowCount: rowCount, together) {
            chunk, worker, scratches in
            var positions: [UInt32] = []
            for row in chunk {
                positions.removeAll(keepingCapacity: true)
                rows.append(row: row, to: &positions)
                let chosen = factor.choose(row: row, positions.count)
                out.add(positions, chosen, worker: worker)
                try primary.add(row: row, positions, thirds: pairing.thirds(positions, chosen), to: scratches[0])
                try thirdIn?.add(row: row, factor.members(positions, chosen), to: scratches[1])
            }
        }
    }

    /// Of connections that share all they have: one value each; else nil.
    private func sharedSignalValues(_ spec: SynapseSpec) throws -> SignalEntries.Values? {
        guard let both = try uniformValues(spec), spec.model.columns.allSatisfy({ spec.uniform($0.name) != nil }) else {
            return nil
        }
        return SignalEntries.Values(
            weights: both.weights, delays: both.delays, own: spec.model.columns.map { _ in [] })
    }

    /// Weight and delay that all connections share, or nil.
    private func uniformValues(_ spec: SynapseSpec) throws -> (weights: [Double], delays: [Int])? {
        guard let weight = spec.uniform("weight"), let delay = spec.uniform("delay") else { return nil }
        return ([weight], [try SynapseSpec.delaySteps(delay, resolution)])
    }
}

/// Those connections of a generator that end on one receptor.
private struct ReceptorPart {
    let receptor, count: Int
    /// Which of all they are, ascending; nil where they are all.
    let numbers: [Int]?

    /// Their values; one that all share stays one.
    func own<T>(_ values: [T]) -> [T] {
        guard let numbers, values.count > 1 else { return values }
        return numbers.map { values[$0] }
    }

    /// Their targets, out of those of all connections by number.
    func targets(_ forEach: @escaping ((Int, Int) -> Void) -> Void) -> ((Int, Int) -> Void) -> Void {
        guard let numbers else { return forEach }
        return { body in
            forEach { number, id in
                let place = numbers.partitioningIndex { $0 >= number }
                if place < numbers.count, numbers[place] == number { body(place, id) }
            }
        }
    }
}

/// The synapses of a tripartite call, checked against the nodes they join.
struct TripartiteSpecs {
    private(set) var primary: SynapseSpec
    /// nil where there are none.
    private(set) var thirdIn, thirdOut: SynapseSpec?

    /// When connections are made: ms.
    mutating func setTime(_ now: Double) {
        primary.now = now
        thirdIn?.now = now
        thirdOut?.now = now
    }

    /// Where primary synapses read or feed the astrocyte themselves, others are made only if asked for.
    init(_ primary: Settings, _ thirdIn: Settings?, _ thirdOut: Settings?, _ pre: Nodes, _ post: Nodes, _ third: Nodes)
        throws
    {
        self.primary = try Self.spec(primary, "primary", pre, post)
        let isPaired = self.primary.model.isPaired
        if isPaired, primary[SynapseDefinition.third.name] != nil {
            throw InputError("primary: third is chosen by the third-factor rule and cannot be given")
        }
        self.primary.isPairedByRule = isPaired
        if let settings = isPaired ? thirdIn : thirdIn ?? [:] {
            self.thirdIn = try Self.spec(settings, "third_in", pre, third)
        }
        if let settings = isPaired ? thirdOut : thirdOut ?? [:] {
            self.thirdOut = try Self.spec(settings, "third_out", third, post)
        }
    }

    private static func carriesWrong(_ model: SynapseDefinition, _ name: String) -> InputError {
        let isOut = name == "third_out", carries = model.signal.map { "a \($0.meaning)" } ?? "spikes"
        let others = Synapses.all.filter { ($0.signal != nil) == isOut }.map(\.name).joined(separator: ", ")
        return InputError("\(model.name) carries \(carries), not \(isOut ? "a signal" : "spikes") as \(others)")
    }

    private static func spec(_ settings: Settings, _ name: String, _ from: Nodes, _ to: Nodes) throws -> SynapseSpec {
        do {
            let spec = try SynapseSpec(settings).resolved(
                from.cellModels, to.cellModels, resolution: from.simulation.resolution
            ) { try Geometry(from, to) }
            try spec.refuseLists("connections with a third factor")
            let kind = try ConnectionKind(from, to, spec)
            guard kind == .spikes || kind == .signal else {
                throw InputError("tripartite connections join cells, not devices")
            }
            guard (kind == .signal) == (name == "third_out") else { throw carriesWrong(spec.model, name) }
            return spec
        } catch let error as InputError {
            throw InputError("\(name): \(error.message)")
        }
    }
}
