/// Reads files of events: those that recorders write here, and the like of others.
public enum EventFile {
    static let endings = [".csv", ".dat", ".gdf", ".npz", ".h5"]

    /// `times` in ms, `senders`, and the sampled quantities, in order of time.
    ///
    /// - `population`: one of several in a SONATA file; nil reads all, if the file says how their ids go together.
    public static func read(_ path: String, population: String? = nil) throws -> FileTable {
        guard let ending = endings.first(where: path.hasSuffix) else {
            throw InputFile.unknownEnding(path, among: endings)
        }
        if population != nil, ending != ".h5" { throw InputError("'\(path)': only .h5 files have populations") }
        switch ending {
        case ".csv": return try checked(path, TextTable.read(path, separator: ",", rename: names))
        case ".npz": return try checked(path, NPZFile.read(path))
        case ".h5":
            _ = try HDF5Library.shared.get()
            return try checked(path, FileTable.readApart(path) { try SonataEventReader(path, population).table() })
        default:
            return try checked(
                path, TextTable.read(path, separator: "\t", rename: names, namesIfNone: nest2Columns))
        }
    }

    /// NEST 2 wrote spikes without a line of names.
    private static let nest2Columns = ["senders", "times"]

    private static let names = ["time_ms": "times", "time": "times", "sender": "senders"]

    private static func checked(_ path: String, _ table: FileTable) throws -> FileTable {
        guard let times = table.numbers("times"), let senders = table.numbers("senders") else {
            let found = table.columns.map { $0.name.prefix(40) }.joined(separator: ", ")
            let hint = table["time_step"] == nil ? "" : "; times in steps can't be read: set time_in_steps to false"
            throw InputError(
                "'\(path)': events have a column of times and one of senders; found: \(found.prefix(200))\(hint)")
        }
        for (name, column) in table.columns where column.count != times.count {
            throw InputError("'\(path)': \(times.count) times, but \(column.count) values of \(name)")
        }
        guard times.allSatisfy(\.isFinite) else { throw InputError("'\(path)': not all times are numbers") }
        guard senders.allSatisfy({ $0 >= 0 && $0 == $0.rounded() && $0 < 0x1p53 }) else {
            throw InputError("'\(path)': not all senders are ids")
        }
        var result = FileTable()
        result.note = table.note
        result.add("times", times)
        result.add("senders", senders)
        result.columns += table.columns.filter { $0.name != "times" && $0.name != "senders" }
        return result
    }
}

/// Reads a SONATA spike file or report.
private struct SonataEventReader {
    private let file: HDF5File
    private let root: String
    private let populations: [String]
    private let isChosen: Bool

    init(_ path: String, _ population: String?) throws {
        file = try HDF5File.open(path)
        guard let root = ["/spikes", "/report"].first(where: file.has) else {
            throw InputError("'\(path)' holds neither /spikes nor /report and is not a SONATA recording")
        }
        self.root = root
        isChosen = population != nil
        // before there were populations in the standard, the data lay one level above
        let isFlat = file.has("\(root)/timestamps") || file.has("\(root)/data")
        let all = isFlat ? [""] : try file.names(in: root)
        guard let population else {
            populations = all
            return
        }
        populations = all.filter { $0 == population || $0.hasPrefix(population + ".") }
        guard !populations.isEmpty else {
            throw InputError.unknown("'\(path)': there is no population", population, among: all)
        }
    }

    func table() throws -> FileTable {
        guard !populations.isEmpty else { return try root == "/spikes" ? .empty : unreadable("is empty") }
        let parts = try populations.map { name -> (firstID: Int64?, table: FileTable) in
            let group = name.isEmpty ? root : "\(root)/\(name)"
            let firstID = try file.numberAttribute(Sonata.firstID, of: group)
            return (firstID, try root == "/spikes" ? spikes(group, firstID) : samples(group, name, firstID))
        }
        guard parts.count == 1 || parts.allSatisfy({ $0.firstID != nil }) || isChosen else {
            throw InputError(
                "'\(file.path)': each population counts its nodes from 0: name one of them, population = '\(populations[0])' (there are: \(populations.joined(separator: ", ")))"
            )
        }
        return root == "/spikes" ? inOrder(FileTable.joined(parts.map(\.table))) : try merged(parts.map(\.table))
    }

    private func unreadable(_ what: String) throws -> FileTable { throw InputError("'\(file.path)': \(root) \(what)") }

    private func spikes(_ group: String, _ firstID: Int64?) throws -> FileTable {
        let times = try file.list("\(group)/timestamps")
        let ids = try file.list("\(group)/node_ids")
        guard times.count == ids.count else {
            return try unreadable("has \(times.count) times and \(ids.count) nodes")
        }
        let scale = try self.scale(of: "\(group)/timestamps")
        var result = FileTable()
        result.add("times", scale == 1 ? times : times.map { $0 * scale })
        result.add("senders", ids.map { $0 + Double(firstID ?? 0) })
        return result
    }

    /// ms in the unit that an object names.
    private func scale(of object: String) throws -> Double {
        switch try file.textAttribute("units", of: object) ?? "ms" {
        case "s": 1000
        case "ms", "milliseconds": 1
        case let unit: throw InputError("'\(file.path)': the unit of time '\(unit.prefix(40))' is not known (ms, s)")
        }
    }

    private func samples(_ group: String, _ name: String, _ firstID: Int64?) throws -> FileTable {
        let (data, sizes) = try file.read("\(group)/data", dimensions: 2)
        let time = try file.list("\(group)/mapping/time")
        let nodes = try file.list("\(group)/mapping/node_ids")
        guard time.count == 3, time.allSatisfy(\.isFinite) else { return try unreadable("has no start, stop and step") }
        guard sizes[1] == nodes.count else {
            return try unreadable(
                "has \(sizes[1]) columns for \(nodes.count) nodes: only one value per node can be read")
        }
        let scale = try self.scale(of: "\(group)/mapping/time")
        let times = (0..<sizes[0]).map { Self.even(time[0] * scale, time[2] * scale, $0) }
        let suffix = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last.map(String.init)
        let quantity = try file.textAttribute("variable_name", of: "\(group)/data") ?? suffix ?? "data"
        var result = FileTable()
        result.add("times", times.flatMap { Array(repeating: $0, count: nodes.count) })
        result.add("senders", times.flatMap { _ in nodes.map { $0 + Double(firstID ?? 0) } })
        result.add(quantity, data)
        return result
    }

    /// start + i * step; where both lie on the grid of 0.001 ms, the number that a decimal text would give.
    private static func even(_ start: Double, _ step: Double, _ i: Int) -> Double {
        let (units, stepUnits) = ((start * 1000).rounded(), (step * 1000).rounded())
        let onGrid = abs(units - start * 1000) < 1e-6 && abs(stepUnits - step * 1000) < 1e-6
        return onGrid ? (units + stepUnits * Double(i)) / 1000 : start + step * Double(i)
    }

    /// Reports of several quantities and populations, those of the same cells side by side.
    private func merged(_ tables: [FileTable]) throws -> FileTable {
        var groups: [FileTable] = []
        for table in tables {
            let place = groups.firstIndex {
                $0["times"] == table["times"] && $0["senders"] == table["senders"] && $0[table.columns[2].name] == nil
            }
            if let place {
                groups[place].columns.append(table.columns[2])
            } else {
                groups.append(table)
            }
        }
        return inOrder(FileTable.joined(groups))
    }

    /// By time, then by sender.
    private func inOrder(_ table: FileTable) -> FileTable {
        guard let times = table.numbers("times"), let senders = table.numbers("senders") else { return table }
        let isSorted = zip(times.indices, times.indices.dropFirst()).allSatisfy {
            (times[$0], senders[$0]) <= (times[$1], senders[$1])
        }
        if isSorted { return table }
        return table.reordered(times.indices.sorted { (times[$0], senders[$0], $0) < (times[$1], senders[$1], $1) })
    }
}

extension FileTable {
    fileprivate static var empty: FileTable {
        var result = FileTable()
        result.add("times", [])
        result.add("senders", [])
        return result
    }
}
