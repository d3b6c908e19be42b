/// What a connection that carries a continuous value joins: an output of its source and a port of its target, by name.
struct SignalRoute: Sendable, Hashable {
    let output: String
    var port: String
    /// The quantity in words, as in "slow inward current".
    let meaning: String
    /// What arrives is the weight times the source's value less the target's, both read at the same moment.
    var isDifference = false
    /// From the unit of the output to that of the port.
    var scale = 1.0
}
