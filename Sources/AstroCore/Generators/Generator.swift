/// A device that sends to cells. What it sends is a function of time, of its parameters and, if it draws, of the connection's
/// name. So nothing is stored, and each worker works out by itself what arrives at its cells.
///
/// A new generator is one file with a `SpikeSource` or a `CurrentSource`, and one line in `Catalogue`:
/// Docs/extending-generators.md.
protocol Generator: Device {
    /// What brings the spikes or currents of this generator to the cells of a piece, for arrivals from a stamp on.
    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed
}

extension Generator {
    static var family: NodeFamily { .stimulator }
}

/// A generator that a multimeter can ask.
protocol SampledGenerator: Generator {
    /// What is recorded at a stamp, of the only quantity there is.
    func recorded(at stamp: Int, over links: [LinkNumbers], seed: Int64) -> Double
}

/// Brings what a generator sends to the cells of one piece. It is made anew when the generator or the link changes.
protocol Feed {
    /// Adds what arrives, except what is sent after `sentUntil`. Called for one slice after the other; slices that end before
    /// `due` may be left out.
    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery
}

/// Of a generator that sends nothing.
struct Silence: Feed {
    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery { .never }
}

/// What a feed has done.
struct Delivery {
    /// Spikes of a connection that arrive together are one event; currents are none.
    var events = 0
    /// Nothing else arrives before this stamp.
    var due = Int.min

    static let never = Delivery(due: .max)
}

/// The random numbers of one connection of a generator: the same whoever asks for them, and in whichever order.
struct ConnectionNumbers {
    let seed: Int64
    /// The name that the connections of a link have in common.
    let link: StreamName
    let connection: Int
    /// Which generator it is, among all nodes that draw.
    let generator: Int

    /// Draws of the connection at a stamp: a block of 128 bits for each stamp, then those of the stamps behind it.
    func stream(from stamp: Int) -> RandomStream { RandomStream(seed: seed, link.of(member: connection), from: stamp) }

    /// Draws that all connections of the generator share, from a block of one of its members on.
    func shared(_ member: Int = 0, from block: Int) -> RandomStream {
        RandomStream(seed: seed, StreamName(.generator, call: generator, member: member), from: block)
    }
}

/// The same for all connections of a link.
struct LinkNumbers {
    let seed: Int64
    let name: StreamName
    let count: Int
    let generator: Int
    var removed: Set<Int> = []

    /// Numbers of connections that there are.
    var connections: [Int] { (0..<count).filter { !removed.contains($0) } }

    subscript(connection: Int) -> ConnectionNumbers {
        ConnectionNumbers(seed: seed, link: name, connection: connection, generator: generator)
    }
}
