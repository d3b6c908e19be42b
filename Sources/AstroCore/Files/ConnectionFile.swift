/// Files of connections: .csv, one a line, or .h5 with SONATA edges.
public enum ConnectionFile {
    static let endings = [".csv", ".h5"]

    /// Writes connections; the ending of the path chooses the format.
    public static func save(_ connections: Connections, to path: String) throws {
        guard let ending = endings.first(where: path.hasSuffix) else {
            throw InputFile.unknownEnding(path, among: endings)
        }
        let table = try connections.table()
        try connections.simulation.ranks.together.onFirst {
            if ending == ".csv" {
                try OutputFile.write(path) { csv(table, to: &$0) }
            } else {
                _ = try HDF5Library.shared.get()
                try OutputFile.replaceApart(path) { try SonataEdges(path, at: $0, connections.simulation).write(table) }
            }
        }
    }

    /// Reads connections: `source`, `target` and what else is known of them.
    ///
    /// - `population`: one of several in a SONATA file; nil reads all.
    /// - `counting`: whether ids count within their population, from 1; otherwise they are global ids where the file says
    ///   which those are, and the file's own ones elsewhere.
    public static func read(_ path: String, population: String? = nil, counting: Bool = false) throws -> FileTable {
        guard let ending = endings.first(where: path.hasSuffix) else {
            throw InputFile.unknownEnding(path, among: endings)
        }
        if ending == ".csv" {
            guard population == nil else { throw InputError("'\(path)': only .h5 files have populations") }
            let table = try TextTable.read(
                path, separator: ",", textColumns: ["synapse_model"], rename: ["delay_ms": "delay"],
                cutLine: .isRefused)  // a network with a connection less is another network
            return try checked(path, table)
        }
        _ = try HDF5Library.shared.get()
        return try checked(path, FileTable.readApart(path) { try SonataEdgeReader(path, population, counting).table() })
    }

    private static func checked(_ path: String, _ table: FileTable) throws -> FileTable {
        for name in ["source", "target"] {
            guard let ids = table.numbers(name) else {
                let found = table.columns.map { $0.name.prefix(40) }.joined(separator: ", ").prefix(200)
                throw InputError("'\(path)': connections have the columns source and target; found: \(found)")
            }
            guard ids.allSatisfy({ $0 >= 0 && $0 == $0.rounded() && $0 < 0x1p53 }) else {
                throw InputError("'\(path)': not all values of \(name) are ids")
            }
        }
        for (name, column) in table.columns where column.count != table.count {
            throw InputError("'\(path)': \(table.count) connections, but \(column.count) values of \(name)")
        }
        return table
    }

    private static func csv(_ table: FileTable, to bytes: inout [UInt8]) {
        let header = table.columns.map { $0.name == "delay" ? "delay_ms" : $0.name }.joined(separator: ",")
        bytes += Array((header + "\n").utf8)
        for row in 0..<table.count {
            let fields = table.columns.map { name, column in
                switch column {
                case .names(let names, let which): names[Int(which[row])]
                case .numbers(let values) where name == "source" || name == "target": "\(Int(values[row]))"
                case .numbers(let values): values[row].isNaN ? "" : "\(values[row])"
                }
            }
            bytes += Array((fields.joined(separator: ",") + "\n").utf8)
        }
    }
}

/// Connections as SONATA edges: /edges/SOURCE_to_TARGET_MODEL for each pair of populations and synapse model, with one
/// group of attributes, since that is what libsonata reads.
private struct SonataEdges {
    private let file: HDF5File
    private let simulation: Simulation

    private struct Key: Hashable {
        let source, target: Int
        let model: Int32
    }

    init(_ path: String, at place: String, _ simulation: Simulation) throws {
        file = try Sonata.create(path, at: place)
        self.simulation = simulation
    }

    func write(_ table: FileTable) throws {
        let sources = table.numbers("source")!, targets = table.numbers("target")!
        guard case .names(let models, let which)? = table["synapse_model"] else { return }
        var rows: [Key: [Int]] = [:], order: [Key] = []
        for row in sources.indices {
            let key = Key(
                source: simulation.locate(Int(sources[row])).population.index,
                target: simulation.locate(Int(targets[row])).population.index, model: which[row])
            if rows[key] == nil { order.append(key) }
            rows[key, default: []].append(row)
        }
        try file.makeGroup("/edges")
        for (number, key) in order.enumerated() {
            try write(table.reordered(rows[key]!), key, models[Int(key.model)], number)
        }
        try file.flush()
    }

    private func write(_ edges: FileTable, _ key: Key, _ model: String, _ number: Int) throws {
        let names = simulation.fileNames
        let group = "/edges/\(names[key.source])_to_\(names[key.target])_\(model)"
        let count = edges.count
        try file.makeGroup(group)
        try file.setAttribute(SonataEdgeReader.order, of: group, number: Int64(number))
        let sources = try writeEnds("source", group, edges, key.source, names)
        let targets = try writeEnds("target", group, edges, key.target, names)
        let all = simulation.synapseModels, type = all.firstIndex { $0.fileName == model }!
        try file.write("\(group)/edge_type_id", Array(repeating: Double(type), count: count), .uint64)
        try file.write("\(group)/edge_group_id", Array(repeating: 0, count: count), .uint64)
        try file.write("\(group)/edge_group_index", (0..<count).map(Double.init), .uint64)
        try file.makeGroup("\(group)/0")
        try file.write("\(group)/0/syn_weight", edges.numbers("weight")!, .double)
        try file.write("\(group)/0/delay", edges.numbers("delay")!, .double)
        try file.setAttribute("units", of: "\(group)/0/delay", "ms")
        try file.makeGroup("\(group)/0/@library")
        try file.write("\(group)/0/@library/model_template", texts: [model])
        try file.write("\(group)/0/model_template", Array(repeating: 0, count: count), .uint32)
        try file.makeGroup("\(group)/0/dynamics_params")
        let parameters = all[type].parameters.map(\.name)
        for parameter in parameters where !["weight", "delay"].contains(parameter) {
            if let values = edges.numbers(parameter) {
                try file.write("\(group)/0/dynamics_params/\(parameter)", values, .double)
            }
        }
        try file.makeGroup("\(group)/indices")
        try writeIndex("source_to_target", group, sources, simulation.populationList[key.source].count)
        try writeIndex("target_to_source", group, targets, simulation.populationList[key.target].count)
    }

    private func writeEnds(_ side: String, _ group: String, _ edges: FileTable, _ population: Int, _ names: [String])
        throws
        -> [Int]
    {
        let firstID = simulation.populationList[population].firstID
        let ids = edges.numbers(side)!.map { Int($0) - firstID }
        let name = "\(group)/\(side)_node_id"
        try file.write(name, ids.map(Double.init), .uint64)
        try file.setAttribute("node_population", of: name, names[population])
        try file.setAttribute(Sonata.firstID, of: name, number: Int64(firstID))
        return ids
    }

    /// For each node the ranges of its edges: rows of range_to_edge_id, which are first edge and the one after the last.
    private func writeIndex(_ name: String, _ group: String, _ ids: [Int], _ nodeCount: Int) throws {
        var ranges: [[Double]] = Array(repeating: [], count: nodeCount)
        for (edge, id) in ids.enumerated() {
            if let last = ranges[id].last, last == Double(edge) {
                ranges[id][ranges[id].count - 1] = Double(edge + 1)
            } else {
                ranges[id] += [Double(edge), Double(edge + 1)]
            }
        }
        var ofNodes: [Double] = [], edges: [Double] = []
        for list in ranges {
            ofNodes += [Double(edges.count / 2), Double((edges.count + list.count) / 2)]
            edges += list
        }
        try file.makeGroup("\(group)/indices/\(name)")
        try file.write("\(group)/indices/\(name)/node_id_to_ranges", ofNodes, .uint64, width: 2)
        try file.write("\(group)/indices/\(name)/range_to_edge_id", edges, .uint64, width: 2)
    }
}

private struct SonataEdgeReader {
    /// An attribute of ours: the order in which edge populations were made.
    static let order = "order"

    private let file: HDF5File
    private let populations: [String]
    private let counting: Bool

    init(_ path: String, _ population: String?, _ counting: Bool) throws {
        file = try HDF5File.open(path)
        self.counting = counting
        guard file.has("/edges") else { throw InputError("'\(path)' has no /edges and is not a file of SONATA edges") }
        let all = try file.names(in: "/edges")
        if let population, !all.contains(population) {
            throw InputError.unknown("'\(path)': there is no population", population, among: all)
        }
        populations = population.map { [$0] } ?? all
    }

    func table() throws -> FileTable {
        guard !populations.isEmpty else { return .withoutConnections }
        let parts = try populations.enumerated().map { place, name -> (order: Int, isKnown: Bool, table: FileTable) in
            let order = try file.numberAttribute(Self.order, of: "/edges/\(name)")
            let firsts = try ["source", "target"].map {
                try file.numberAttribute(Sonata.firstID, of: "/edges/\(name)/\($0)_node_id")
            }
            return (order.map(Int.init) ?? place, !firsts.contains(nil), try edges("/edges/\(name)", firsts))
        }
        guard parts.count == 1 || (!counting && parts.allSatisfy(\.isKnown)) else {
            throw InputError(
                "'\(file.path)': each population counts its nodes from 0: name one of them, population = '\(populations[0])' (there are: \(populations.joined(separator: ", ")))"
            )
        }
        return FileTable.joined(parts.ordered { $0.order }.map(\.table))
    }

    private func edges(_ group: String, _ firsts: [Int64?]) throws -> FileTable {
        var result = FileTable()
        for (side, first) in zip(["source", "target"], firsts) {
            let shift = counting ? 1 : Double(first ?? 0)
            result.add(side, try file.list("\(group)/\(side)_node_id").map { $0 + shift })
        }
        let groups = try file.names(in: group).filter { Int($0) != nil }
        guard groups.count <= 1 else {
            throw InputError("'\(file.path)': \(group) has \(groups.count) groups of attributes; one can be read here")
        }
        guard let attributes = groups.first else { return result }
        try addAttributes("\(group)/\(attributes)", try places(group, result.count), to: &result)
        return result
    }

    /// Which attributes each edge has; nil where the first edge has the first ones, and so on.
    private func places(_ group: String, _ count: Int) throws -> [Int]? {
        let name = "\(group)/edge_group_index"
        guard file.has(name) else { return nil }
        let index = try file.list(name)
        guard index.count == count, index.allSatisfy({ $0 >= 0 && $0 < Double(count) }) else {
            throw InputError("'\(file.path)': \(name) leads nowhere")
        }
        return index.map { Int($0) }
    }

    private func addAttributes(_ group: String, _ places: [Int]?, to table: inout FileTable) throws {
        let count = table.count
        func values(_ name: String) throws -> [Double] {
            let values = try file.list(name)
            guard values.count == count else {
                throw InputError("'\(file.path)': \(name) has \(values.count) values for \(count) edges")
            }
            return places.map { $0.map { values[$0] } } ?? values
        }
        for (name, column) in [("syn_weight", "weight"), ("delay", "delay")] where file.has("\(group)/\(name)") {
            table.add(column, try values("\(group)/\(name)"))
        }
        try addModel(group, values, to: &table)
        guard file.has("\(group)/dynamics_params") else { return }
        let known = Set(Synapses.parameterNames)
        for name in try file.names(in: "\(group)/dynamics_params") where known.contains(name) && table[name] == nil {
            table.add(name, try values("\(group)/dynamics_params/\(name)"))
        }
    }

    private func addModel(_ group: String, _ values: (String) throws -> [Double], to table: inout FileTable) throws {
        guard file.has("\(group)/model_template"), file.has("\(group)/@library/model_template") else { return }
        let names = try file.texts("\(group)/@library/model_template")
        let which = try values("\(group)/model_template")
        guard which.allSatisfy({ $0 >= 0 && $0 < Double(names.count) }) else {
            throw InputError("'\(file.path)': \(group)/model_template leads nowhere")
        }
        table.columns.append(("synapse_model", .names(names, which: which.map { Int32($0) })))
    }
}

extension FileTable {
    fileprivate static var withoutConnections: FileTable {
        var result = FileTable()
        for name in ["source", "target", "weight", "delay"] { result.add(name, []) }
        result.columns.append(("synapse_model", .names([], which: [])))
        return result
    }
}
