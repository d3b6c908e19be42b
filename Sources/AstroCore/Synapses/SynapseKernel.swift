/// What a synapse model does with a spike, in two steps. A kernel knows where its columns are; each step gets the values of one
/// synapse.
protocol SynapseKernel: Sendable {
    /// What a spike carries from the release to its targets: nothing, or some Doubles.
    associatedtype Carried: BitwiseCopyable

    init(_ columns: SynapseColumns)

    /// At the sender's spike. `time`: its stamp in ms, whatever the delay.
    func release(_ synapse: Synapse, at time: Double) -> Carried

    /// At one of its targets; may change the weight and the states of the arrival. Of the release's states it knows only what the
    /// spike carries.
    ///
    /// - Returns: the weight that the target receives.
    func arrive(
        _ weight: inout Double, _ synapse: Synapse, _ carried: Carried, _ spike: borrowing ArrivingSpike
    ) -> Double

    /// For models that read their targets' history: the time (ms) of the sender's spike since which, a delay earlier, the target's
    /// spikes will count. Infinity where none before the sender's next spike does.
    func lookback(_ synapse: Synapse) -> Double

    /// For how long (ms) from then on what the target does may change the weight, but for a cut to its bounds by the first that comes.
    func reach(_ synapse: Synapse) -> Double
}

extension SynapseKernel {
    func lookback(_ synapse: Synapse) -> Double { .infinity }
    func reach(_ synapse: Synapse) -> Double { .infinity }
}

/// A synapse whose release gives a factor on the weight, and that does nothing at its targets.
protocol ScalingSynapse: SynapseKernel where Carried == Double {}

extension ScalingSynapse {
    @inline(__always)
    func arrive(
        _ weight: inout Double, _ synapse: Synapse, _ factor: Double, _ spike: borrowing ArrivingSpike
    ) -> Double {
        weight * factor
    }
}

/// The kernel of models that have no columns.
struct ConstantWeight: SynapseKernel {
    struct Nothing: BitwiseCopyable {}

    init(_ columns: SynapseColumns) {}
    func release(_ synapse: Synapse, at time: Double) -> Nothing { Nothing() }
    func arrive(
        _ weight: inout Double, _ synapse: Synapse, _ carried: Nothing, _ spike: borrowing ArrivingSpike
    ) -> Double {
        weight
    }
}

/// A spike as one of its targets sees it.
struct ArrivingSpike {
    /// When it was sent, and how long it is on its way: ms.
    let time, delay: Double
    /// The target's spikes, for models that read them.
    let target: TargetSpikes
    /// What the model's rule has made of the target's steps, where it has one.
    let steps: TargetSteps
}

/// The connections of a row over which a spike arrives.
struct ArrivingRow {
    /// Of its projection.
    let row: Int
    let count: Int
    let time, resolution: Double
    /// One a connection, or one for all.
    let weights: UnsafeMutablePointer<Double>
    let hasOwnWeights: Bool
    /// In steps: one a connection; nil where they share one.
    let delays: UnsafePointer<UInt16>?
    let sharedDelay: Int
    /// The blocks of what connections have of their own, `width` numbers each.
    let own: UnsafeMutablePointer<Double>
    let width: Int
    /// What the spike carries, where its sender has released.
    let carried: UnsafePointer<Double>
    let targets: UnsafePointer<UInt16>
    /// Where the cells lie that `targets` count from; nil for models that do not read it.
    let history: TargetHistory.Places?
    /// The same of cells that the model follows from step to step.
    var steps: UnsafePointer<StepHistory.Cell>?
    /// What cells have at the end of the sender's step; nil where all of it is 0, and where there is no spike.
    var values: SignalValues?

    /// Asks for what some connections have, so that it is at hand when they are looked at.
    @inline(__always)
    func prefetch(from first: Int, _ some: Int) {
        let end = min(first + some, count)
        guard first < end else { return }
        (targets + first).prefetch(end - first)
        if hasOwnWeights { (weights + first).prefetch(end - first) }
        if let delays { (delays + first).prefetch(end - first) }
        if width > 0 { (own + first * width).prefetch((end - first) * width) }
    }
}

/// A spike for the cell that is paired with a connection.
struct SentToThird {
    /// Of the connection in the row that the spike arrives over.
    let index: Int
    /// Global id.
    let third: Int
    let amount: Double
}

/// A kernel bound to the columns of a projection.
protocol BoundSynapse: Sendable {
    /// Numbers that a spike carries.
    var carriedCount: Int { get }

    /// Lets a row of an own sender release; what the spike carries goes to the end of `carried`.
    func release(row: Int, at time: Double, into carried: inout [Double])

    /// What the targets of a row receive, connection by connection.
    func arrive(_ row: ArrivingRow, received: UnsafeMutablePointer<Double>)

    /// As a kernel's, for the block of a sender or of a connection.
    func lookback(_ block: UnsafeMutablePointer<Double>) -> Double
    func reach(_ block: UnsafeMutablePointer<Double>) -> Double

    /// A value that is not finite, of a connection of the last row that spikes arrived over.
    func takeFault() -> SynapseFault?

    /// What the connections of that row send to cells that are paired with them, in order.
    func takeSentToThird() -> [SentToThird]
}

extension BoundSynapse {
    func reach(_ block: UnsafeMutablePointer<Double>) -> Double { .infinity }
    func takeFault() -> SynapseFault? { nil }
    func takeSentToThird() -> [SentToThird] { [] }
}

/// What has gone wrong in a connection: its place in the row, and words for it.
struct SynapseFault {
    let index: Int
    let text: String
}

/// Names the concrete kernel, so that its steps are compiled into the loops over connections.
struct BoundKernel<Kernel: SynapseKernel>: BoundSynapse, @unchecked Sendable {
    private let kernel: Kernel
    private let columns: SynapseColumns
    private let releasesByConnection: Bool

    init(_ columns: SynapseColumns) {
        precondition(MemoryLayout<Kernel.Carried>.size % 8 == 0)
        (kernel, self.columns) = (Kernel(columns), columns)
        releasesByConnection = columns.releasesByConnection
    }

    var carriedCount: Int { MemoryLayout<Kernel.Carried>.size / 8 }

    func release(row: Int, at time: Double, into carried: inout [Double]) {
        let released = kernel.release(columns.synapse(columns.block(ofSender: row)), at: time)
        withUnsafeBytes(of: released) { carried += $0.bindMemory(to: Double.self) }
    }

    func arrive(_ row: ArrivingRow, received: UnsafeMutablePointer<Double>) {
        var weight = row.weights[0]
        let times = StepTimes(row.resolution)
        for i in 0..<row.count {
            let synapse = columns.synapse(row.own + i &* row.width)
            let carried =
                releasesByConnection
                ? kernel.release(synapse, at: row.time)
                : UnsafeRawPointer(row.carried).loadUnaligned(as: Kernel.Carried.self)
            let delay = row.delays.map { Int($0[i]) } ?? row.sharedDelay
            let target =
                row.history.map { TargetSpikes($0[Int(row.targets[i])], resolution: row.resolution) } ?? .none
            let steps = row.steps.map { TargetSteps($0[Int(row.targets[i])], resolution: row.resolution) } ?? .none
            let spike = ArrivingSpike(
                time: row.time, delay: times.ms(delay), target: target, steps: steps)
            if row.hasOwnWeights {
                received[i] = kernel.arrive(&row.weights[i], synapse, carried, spike)
            } else {
                received[i] = kernel.arrive(&weight, synapse, carried, spike)
            }
        }
    }

    func lookback(_ block: UnsafeMutablePointer<Double>) -> Double { kernel.lookback(columns.synapse(block)) }
    func reach(_ block: UnsafeMutablePointer<Double>) -> Double { kernel.reach(columns.synapse(block)) }
}
