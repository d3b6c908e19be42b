extension Recorder {
    /// Writes the events; the ending chooses the format: .csv, .dat (as the reference simulator's), .npz, .h5 (SONATA).
    ///
    /// Events that are in a file and no longer in memory are read from there, but for .npz and on several ranks.
    /// Those of connections have a target, too; .h5 is not for them.
    public func save(to path: String) throws {
        if !simulation.ranks.isAlone { try checkKept() }
        let together = simulation.ranks.together
        let whole = Recorder(simulation, whole(together), isWhole: true)
        try together.onFirst { try RecordingFile(whole).write(to: path) }
    }
}
