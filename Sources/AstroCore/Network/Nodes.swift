/// A handle to nodes of one simulation: runs of populations, in an order.
public struct Nodes: CustomStringConvertible {
    public let simulation: Simulation
    let runs: [Run]

    /// Nodes first, first + step, … of a population, counted from 0.
    struct Run {
        let population: Population
        let first, count, step: Int

        init(_ population: Population) { self.init(population, 0, population.count, 1) }

        init(_ population: Population, _ first: Int, _ count: Int, _ step: Int) {
            (self.population, self.first, self.count, self.step) = (population, first, count, step)
        }

        var cells: [Int] { (0..<count).map { first + $0 * step } }
        var ids: [Int] { (0..<count).map { population.firstID + first + $0 * step } }
    }

    init(_ simulation: Simulation, _ runs: [Run]) {
        self.simulation = simulation
        self.runs = runs.filter { $0.count > 0 }
    }

    public var count: Int { runs.reduce(0) { $0 + $1.count } }
    /// Global ids, from 1.
    public var ids: [Int] { runs.flatMap(\.ids) }

    /// nil where the nodes are of several models.
    public var model: String? {
        let names = Set(runs.map(\.population.modelName))
        return names.count == 1 ? names.first : nil
    }

    public var label: String? {
        let labels = Set(runs.map(\.population.label))
        return labels.count == 1 ? labels.first! : nil
    }

    /// 1-based; negative numbers count from the end.
    public func node(at i: Int) throws -> Nodes {
        let index = i < 0 ? count + i : i - 1
        guard i != 0, index >= 0, index < count else {
            throw InputError("there is no node \(i) among \(count) (1 to \(count), or -1 to -\(count) from the end)")
        }
        return pick([index])
    }

    /// Nodes first, first + step, … up to `last`, 1-based; negative numbers count from the end.
    public func slice(_ first: Int, _ last: Int, step: Int = 1) throws -> Nodes {
        let low = first < 0 ? count + first + 1 : first
        let high = last < 0 ? count + last + 1 : last
        guard step >= 1 else { throw InputError("step = \(step) must be at least 1") }
        guard low >= 1, high <= count, low <= high else {
            throw InputError("\(first) to \(last) is not within 1 to \(count)")
        }
        return pick(stride(from: low - 1, to: high, by: step).map { $0 })
    }

    public func joined(with other: Nodes) throws -> Nodes {
        guard other.simulation === simulation else { throw InputError("nodes of two simulations can't be joined") }
        if !isBefore(other), let twice = NodeSearch(NodeIDs(self)).common(with: NodeIDs(other)) {
            throw InputError("the node with id \(twice) is in both: only groups without common nodes can be joined")
        }
        return Nodes(simulation, runs + other.runs)
    }

    /// Are all ids smaller than those of others? A loop that gathers what it creates should not search what it has each time.
    private func isBefore(_ other: Nodes) -> Bool {
        let last = runs.lazy.map { $0.population.firstID + $0.even.last }.max() ?? 0
        return other.runs.allSatisfy { $0.population.firstID + $0.first > last }
    }

    /// `n` distinct nodes in ascending order, drawn from the simulation's seed.
    public func sample(_ n: Int) throws -> Nodes {
        guard n >= 1, n <= count else {
            throw InputError("\(n) is not a number of nodes to draw (1 to \(count))")
        }
        try StreamName.check(.sample, call: simulation.sampleCalls, "calls of sample")
        var stream = RandomStream(seed: simulation.seed, StreamName(.sample, call: simulation.sampleCalls))
        simulation.sampleCalls += 1
        return pick(stream.distinct(n, below: count))
    }

    /// Positions in this collection, ascending, from 0.
    private func pick(_ positions: [Int]) -> Nodes {
        var result: [Run] = []
        var run = 0
        var start = 0
        for position in positions {
            while position >= start + runs[run].count {
                start += runs[run].count
                run += 1
            }
            let source = runs[run]
            result.append(Run(source.population, source.first + (position - start) * source.step, 1, 1))
        }
        return Nodes(simulation, Self.merged(result))
    }

    /// Neighbouring single nodes as longer runs with an even step.
    private static func merged(_ single: [Run]) -> [Run] {
        var result: [Run] = []
        for run in single {
            if let last = result.last, last.population === run.population {
                let gap = run.first - (last.first + (last.count - 1) * last.step)
                if gap > 0, last.count == 1 || gap == last.step {
                    result[result.count - 1] = Run(last.population, last.first, last.count + 1, gap)
                    continue
                }
            }
            result.append(run)
        }
        return result
    }

    public var description: String {
        var parts = [model ?? "several models", "n = \(count)"]
        let ids = NodeIDs(self)
        if let first = ids.first, let last = ids.last {
            let consecutive = last - first + 1 == count && zip(ids, ids.dropFirst()).allSatisfy { $1 == $0 + 1 }
            if count == 1 {
                parts.append("id \(first)")
            } else {
                parts.append("ids \(first) to \(last)\(consecutive ? "" : ", not all")")
            }
        }
        if let label { parts.append("label '\(label)'") }
        return "Nodes(\(parts.joined(separator: ", ")))"
    }
}

// MARK: - Reading and setting

/// What `Nodes.get` gives: a value for each node.
public enum NodeValues: Sendable {
    case numbers([Double])
    case values([Value])
}

extension NodeIDs {
    init(_ nodes: Nodes) {
        self.init()
        for run in nodes.runs { append(EvenRun(run.population.firstID + run.first, run.count, run.step)) }
    }
}

extension Nodes {
    /// A parameter, state or recordable of every node.
    public func get(_ name: String) throws -> NodeValues {
        if runs.allSatisfy({ $0.population.cells != nil }) {
            let own = try runs.flatMap { try Self.numbers(name, $0, simulation.now, simulation.ranks.together) }
            return .numbers(simulation.ranks.together.assemble(own, ownership))
        }
        if runs.contains(where: { $0.population.cells != nil }), !simulation.ranks.isAlone {
            throw InputError("cells and devices can't be read in one call when there are several ranks")
        }
        let values = try runs.flatMap { run in try run.cells.map { try value(name, run.population, $0) } }
        let numbers = values.compactMap { value -> Double? in
            if case .number(let x) = value { return x }
            return nil
        }
        return numbers.count == values.count ? .numbers(numbers) : .values(values)
    }

    /// Do any of them have a parameter, state or recordable of that name?
    public func knows(_ name: String) -> Bool {
        runs.contains { run in
            if let cells = run.population.cells { return cells.isVisible(name) }
            return run.population.devices?[run.first].values[name] != nil
        }
    }

    private static func numbers(_ name: String, _ run: Run, _ stamp: Int, _ together: Together) throws -> [Double] {
        let cells = run.population.cells!
        guard cells.isVisible(name) else {
            throw InputError.unknown("\(cells.model.name) has no parameter or state", name, among: cells.visibleNames)
        }
        // on all ranks, whoever has the cells: their kernel may have to be made
        if cells.model.quantities.contains(name) { cells.compute(name, stamp: stamp, together) }
        let own = run.even.positions(in: cells.own)
        if own.isEmpty { return [] }
        let column = cells.column(name)
        return own.map { column[run.even[$0]] }
    }

    private func value(_ name: String, _ population: Population, _ cell: Int) throws -> Value {
        if let cells = population.cells, cells.isVisible(name) { return .number(cells.column(name)[cell]) }
        guard let device = population.devices?[cell] else {
            throw InputError.unknown("\(population.modelName) has no parameter", name, among: [])
        }
        if name == "n_events", let recorder = population.recorder(cell) {
            return .number(Double(Recorder(simulation, recorder.recording).eventCount))
        }
        if let value = device.values[name] { return value }
        throw InputError.unknown("\(population.modelName) has no parameter", name, among: device.values.keys.sorted())
    }

    /// Sets parameters or states; lists give a value for each node.
    public func set(_ settings: Settings) throws {
        try StreamName.check(.nodeAssignment, call: simulation.assignments, "calls of set")
        var lists: [CellAssignment] = []
        var devices: [(Population, Int, any Device)] = []
        var offset = 0
        try simulation.ranks.together.agree {
            for run in runs {
                let part = try Dictionary(
                    uniqueKeysWithValues: settings.map { ($0.key, try partOf($0.key, $0.value, offset, run)) })
                if let cells = run.population.cells {
                    lists.append(try CellAssignment(cells, run.even, part, randomName(run)))
                } else {
                    for (i, cell) in run.cells.enumerated() {
                        devices.append(
                            (run.population, cell, try simulation.updated(run.population, cell, part, i, run.count)))
                    }
                }
                offset += run.count
            }
        }
        lists.forEach { $0.apply() }
        devices.forEach { simulation.replaceDevice($0.0, $0.1, with: $0.2) }
        if settings["n_events"] != nil { try devices.forEach { try clear($0.0.recorder($0.1)) } }
        simulation.assignments += 1
    }

    /// What n_events = 0 asks for.
    private func clear(_ recorder: (any RecorderDevice)?) throws {
        guard let recorder else { return }
        try Recorder(simulation, recorder.recording).clear()
    }

    /// Which ranks have these nodes.
    var ownership: Ownership {
        var result = Ownership()
        for run in runs { run.addOwners(to: &result) }
        return result
    }

    private func randomName(_ run: Run) -> CellAssignment.RandomName {
        CellAssignment.RandomName(
            seed: simulation.seed, purpose: .nodeAssignment, call: simulation.assignments,
            firstCell: run.population.firstStreamed)
    }

    /// The values of a list that belong to a run; a list that is one value of a device stays whole.
    private func partOf(_ name: String, _ value: Value, _ offset: Int, _ run: Run) throws -> Value {
        guard runs.count > 1 else { return value }
        let own = offset..<offset + run.count
        switch value {
        case .numbers(let list) where !run.population.holdsList(name):
            try checkCount(list.count)
            return .numbers(Array(list[own]))
        case .lists(let lists):
            try checkCount(lists.count)
            return .lists(Array(lists[own]))
        default: return value
        }
    }

    private func checkCount(_ given: Int) throws {
        guard given == count else { throw InputError("a list of \(given) values was given for \(count) nodes") }
    }
}

extension Nodes {
    /// Models of the populations that they belong to; nil for devices.
    var cellModels: [ModelDefinition?] { runs.map { $0.population.cells?.model } }
}

extension Cells {
    func isVisible(_ name: String) -> Bool {
        parameter(name) != nil || model.recordables.contains { $0.name == name }
    }

    var visibleNames: [String] {
        let names = model.parameters.map(\.name)
        return names + model.recordables.map(\.name).filter { !names.contains($0) }
    }
}

extension Simulation {
    /// The device with `settings` on top of what it has, checked.
    func updated(_ population: Population, _ index: Int, _ settings: Settings, _ position: Int, _ count: Int) throws
        -> any Device
    {
        let device = population.devices![index], recorder = population.recorder(index)
        var changes: Settings = [:]
        for (name, value) in settings {
            if name == "n_events", recorder != nil {
                guard value == .number(0) else {
                    throw InputError("\(population.modelName): n_events can only be set to 0")
                }
                continue
            }
            changes[name] = value
        }
        let name = StreamName(.nodeAssignment, call: assignments, member: population.firstStreamed + index)
        let stream = RandomStream(seed: seed, name)
        changes = try Self.own(changes, type(of: device), position, count, stream)
        let new = try rebuilt(device, changes)
        if let recorder { try Self.checkRecorder(recorder, changes) }
        return new
    }

    private func rebuilt<D: Device>(_ device: D, _ changes: Settings) throws -> any Device {
        let values = try D.merged(device.values, D.adapted(changes, of: device.values, resolution, now: now))
        return try D(values, resolution: resolution).succeeding(device, now: now)
    }

    private static func checkRecorder(_ recorder: any RecorderDevice, _ changes: Settings) throws {
        guard recorder.recording.isConnected, !recorder.recording.isSpikes else { return }
        for name in ["interval", "offset", "record_from"]
        where changes[name] != nil && changes[name] != recorder.values[name] {
            throw InputError("\(type(of: recorder).name): \(name) can't be changed once the recorder is connected")
        }
    }

    func replaceDevice(_ population: Population, _ index: Int, with device: any Device) {
        for link in links where link.population == population.index && link.device == index {
            prepareBuffers()
            link.flush(generator(of: link), now: now, seed: seed)
            link.trainsSince = now
        }
        population.replace(device: index, with: device)
        population.recorder(index)?.takeOverSchedule()
    }
}
