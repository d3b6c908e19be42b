import CMPI

/// The processes that simulate together, each with its share of the cells (MPI's ranks). All run the same script and make
/// the same calls in the same order, so a call may wait for its like on the other ranks.
///
/// A program that mpirun has not started is alone: rank 0 of 1, and none of this costs anything.
public final class Ranks: @unchecked Sendable {
    public static let all = Ranks()

    public private(set) var rank = 0
    public private(set) var count = 1
    public var isAlone: Bool { count == 1 }
    /// Seconds spent waiting for others, and bytes received, since the start.
    private(set) var waited = 0.0
    private(set) var bytes = 0

    private init() {}

    /// Was the program started as one of several?
    public static var areExpected: Bool { mpi_is_expected() }

    /// Cores that each rank on this machine may use.
    public static var cores: Int { Int(mpi_cores()) }

    /// Joins the others, before any thread exists.
    public func start() throws {
        if let problem = mpi_start() { throw InputError("MPI: \(String(cString: problem))") }
        (rank, count) = (Int(mpi_rank()), Int(mpi_size()))
    }

    // MARK: The end

    /// Calls `look`, with the seconds so far, every now and then while this rank waits for others for long.
    public func whileWaiting(_ look: @escaping @convention(c) (Double) -> Void) { mpi_watch(look) }

    /// Ends all ranks at once.
    public func abort(_ status: Int32) -> Never { mpi_abort(status) }

    // MARK: Figures

    func count(bytes received: Int) { bytes += received }

    func timed<Result>(_ body: () -> Result) -> Result {
        let start = Clock.seconds
        defer { waited += Clock.seconds - start }
        return body()
    }

    /// What all ranks do together, each waiting for the others.
    public var together: Together { Together(ranks: self) }

    /// Something that went wrong in a run: the least one counts.
    struct Failure {
        let key: [Int]
        let message: String

        init(_ kind: Int, _ when: Int, _ population: Int, _ cell: Int, _ message: String) {
            (key, self.message) = ([kind, when, population, cell], message)
        }
    }
}
