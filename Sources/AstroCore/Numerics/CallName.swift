/// Names the random numbers of a connect call.
struct CallName {
    let seed: Int64
    let number: Int
    /// What the rule draws for.
    private let purpose: Purpose

    init(seed: Int64, number: Int) throws {
        for purpose in [Purpose.connection, .thirdFactor, .pool, .synapseParameter] {
            try StreamName.check(purpose, call: number, "connect calls")
        }
        (self.seed, self.number, purpose) = (seed, number, .connection)
    }

    /// Random rules that connect recorders draw from streams of their own, so that recorders shift no other.
    init(ofRecordersWith seed: Int64) { (self.seed, number, purpose) = (seed, 0, .recorderRule) }

    /// Of the rule's draws for a row or a column.
    func name(_ member: Int = 0) -> StreamName { StreamName(purpose, call: number, member: member) }

    /// The rule's random numbers for a row or a column, from a block on.
    func stream(_ member: Int = 0, from block: Int = 0) -> RandomStream {
        RandomStream(seed: seed, name(member), from: block)
    }
}
