/// How the columns of a projection's synapses stand in a checkpoint: what the header of the projection says of them, and which of
/// them its rows have for each connection.
struct SynapseLayout {
    /// For each column what all connections share. States have none where they are connections' own.
    private let shared: [Double?]
    private let definition: SynapseDefinition
    private let keepsTrace: Bool
    /// What rows have, in the order of a connection's block.
    let rowColumns: [Int]

    init(_ columns: SynapseColumns) {
        (definition, keepsTrace) = (columns.definition, columns.keepsTrace)
        let indices = definition.columns.indices
        rowColumns = Self.rowColumns(definition, own: columns.own)
        shared = indices.map { [rowColumns] in rowColumns.contains($0) ? nil : columns.sharedValue($0) }
    }

    private static func rowColumns(_ definition: SynapseDefinition, own: [Int]) -> [Int] {
        guard case .allOrNothing(let names) = definition.checkpointLayout, !own.isEmpty else { return own }
        return names.map { definition.column($0)! }
    }

    private static func parameters(_ definition: SynapseDefinition) -> [Int] {
        let columns = definition.columns
        guard case .allOrNothing(let names) = definition.checkpointLayout else {
            return columns.indices.filter { !columns[$0].isState }
        }
        return names.map { definition.column($0)! }.filter { !columns[$0].isState }
    }

    /// Are the states of the release connections' own?
    private var releasesByConnection: Bool {
        rowColumns.contains { definition.columns[$0].part == .release }
    }

    /// In a byte: are they, and do targets keep the trace that one of the states is?
    private static let connectionsRelease: UInt64 = 1, targetsKeepTrace: UInt64 = 2

    func write(to contents: inout SectionWriter) {
        let parameters = Self.parameters(definition).map { shared[$0] }
        if case .allOrNothing = definition.checkpointLayout {
            contents.put(rowColumns.isEmpty)
            if rowColumns.isEmpty { parameters.forEach { contents.put($0!) } }
        } else {
            contents.put(
                unsigned: (releasesByConnection ? Self.connectionsRelease : 0)
                    | (keepsTrace ? Self.targetsKeepTrace : 0))
            parameters.forEach { contents.put($0) }
        }
    }

    init(_ contents: inout SectionReader, _ definition: SynapseDefinition) throws {
        self.definition = definition
        let columns = definition.columns, parameters = Self.parameters(definition)
        var shared = columns.map { Optional($0.start) }
        if case .allOrNothing = definition.checkpointLayout {
            keepsTrace = false
            if try contents.flag() {
                for c in parameters { shared[c] = try contents.double() }
            } else {
                shared = columns.map { _ in nil }
            }
        } else {
            let flags = try contents.unsigned()
            try contents.require(flags < 4, "a kind of synapses is unknown")
            let release = flags & Self.connectionsRelease > 0
            keepsTrace = flags & Self.targetsKeepTrace > 0
            for c in parameters { shared[c] = try contents.optionalDouble() }
            for c in columns.indices where columns[c].isState && columns[c].part == .release && release {
                shared[c] = nil
            }
        }
        self.shared = shared
        let found = SynapseColumns(definition, rowCount: 0, keepsTrace: keepsTrace) {
            shared[definition.column($0.name)!]
        }
        rowColumns = Self.rowColumns(definition, own: found.own)
    }

    /// Columns without the values of rows yet.
    func makeColumns(rowCount: Int) -> SynapseColumns {
        SynapseColumns(definition, rowCount: rowCount, keepsTrace: keepsTrace) {
            shared[definition.column($0.name)!]
        }
    }

    /// The block of a connection, out of what a row has for it.
    func block(_ values: ArraySlice<Double>, for columns: SynapseColumns) -> [Double] {
        columns.own.map { values[values.startIndex + rowColumns.firstIndex(of: $0)!] }
    }
}
