/// Events of recorded connections as a file: beside sender and time they have a target. All are in memory.
struct ConnectionEvents {
    /// Stamps, sources, targets, then a column for each quantity.
    let columns: [[Double]]
    let quantities: [String]
    let resolution: Double

    static let endings = [".csv", ".dat", ".npz"]

    func write(to path: String) throws {
        if path.hasSuffix(".h5") {
            throw InputError(
                "'\(path)': SONATA files hold spikes and samples of nodes; a recorder of connections writes \(Self.endings.joined(separator: ", "))"
            )
        }
        guard let ending = Self.endings.first(where: path.hasSuffix) else {
            throw InputError("'\(path)': the ending must be one of \(Self.endings.joined(separator: ", "))")
        }
        try OutputFile.write(path) { try $0 += ending == ".npz" ? archive().bytes : text(isDat: ending == ".dat") }
    }

    private func archive() throws -> ZipArchive {
        let times = columns[0].map { TimeGrid.ms(Int($0), resolution) }
        let fixed = [("senders", columns[1], true), ("targets", columns[2], true), ("times", times, false)]
        return try RecordingFile.archive(fixed + zip(quantities, columns[3...]).map { ($0, $1, false) })
    }

    private func text(isDat: Bool) -> [UInt8] {
        let separator = isDat ? "\t" : ","
        let names = isDat ? ["sender", "time_ms", "targets"] : ["time_ms", "sender", "targets"]
        var text = TextEvents.head(isDat: isDat, names + quantities)
        for row in columns[0].indices {
            text += TextEvents.begin(Int(columns[0][row]), Int(columns[1][row]), resolution, isDat: isDat)
            text += separator + String(Int(columns[2][row]))
            for column in columns[3...] { text += separator + "\(column[row])" }
            text += "\n"
        }
        return Array(text.utf8)
    }
}
