/// Brings the trains of a Poisson generator whose numbers are drawn for each connection and step, or each eight steps.
final class PoissonFeed: Feed {
    private let window: PoissonGenerator.Window
    private let numbers: PoissonNumbers
    /// Where all connections have one weight that the cells take, and one delay; with the link's last change. In a feed of its own
    /// these are read without counting references that all workers count.
    private let shared: (weight: Double, delay: Int, since: Int)?

    init(_ generator: PoissonGenerator, _ piece: DeviceLink.Piece, seed: Int64) {
        let link = piece.link
        window = generator.window
        shared = piece.isEven ? (link.weights[0], Int(link.delays[0]), link.since) : nil
        numbers = PoissonNumbers(
            generator, piece.connections, seed: seed, link.numbers(.poisson, seed).name, since: link.trainsSince)
    }

    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery {
        var events = 0
        guard let (weight, delay, since) = shared else {
            for i in piece.connections {
                events += addOne(i, piece.link.emissions(arrivals, sentUntil, i), to: piece)
            }
            return Delivery(events: events)
        }
        for stamp in DeviceLink.emissions(arrivals, sentUntil, delay: delay, since: since)
        where window.isActive(stamp) {
            let (row, amount) = piece.spikes(ofWeight: weight, at: stamp + delay)
            events += numbers.add(amount, stamp: stamp, to: row)
        }
        return Delivery(events: events)
    }

    private func addOne(_ i: Int, _ stamps: Range<Int>, to piece: DeviceLink.Piece) -> Int {
        var events = 0
        for stamp in stamps where window.isActive(stamp) {
            let number = numbers.number(connection: i, stamp: stamp)
            guard number > 0 else { continue }
            events += 1
            piece.addPoisson(number, at: stamp + piece.link.delay(i), over: i)
        }
        return events
    }
}

extension DeviceLink.Piece {
    /// Spikes of one connection, rounded as where those of all connections are added at once.
    func addPoisson(_ number: Int, at stamp: Int, over i: Int) {
        let weight = link.weight(i), place = i - run.first
        let (row, amount) = spikes(ofWeight: weight, at: stamp)
        if refuses(weight) { note(stamp, i) }
        row[place] = row[place].addingProduct(amount, Double(number))
    }
}

/// Brings trains of rare spikes. Those that were drawn and are still to arrive are kept in the order of arrival.
final class RareFeed: Feed {
    private struct Spike: Equatable { let arrival, connection: Int }

    private let link: DeviceLink
    private let generator: PoissonGenerator
    private let connections: Range<Int>
    private let trains: RareTrains
    private let shortestDelay: Int
    /// What arrived before was handed on already.
    private let firstArrival: Int
    private var spikes: [Spike] = []
    /// The first of `spikes` that is still to be handed on.
    private var place = 0
    /// The next window to be drawn.
    private var window: Int

    init(_ generator: PoissonGenerator, _ trains: RareTrains, _ piece: DeviceLink.Piece, from firstArrival: Int) {
        (self.generator, self.trains, self.firstArrival) = (generator, trains, firstArrival)
        (link, connections, shortestDelay) = (piece.link, piece.connections, piece.delays.lowerBound)
        window = max(firstArrival - piece.delays.upperBound, link.since + 1) >> trains.window.shift
    }

    func apply(to piece: DeviceLink.Piece, _ arrivals: ClosedRange<Int>, sentUntil: Int) -> Delivery {
        draw(through: min(arrivals.upperBound - shortestDelay, sentUntil))
        return Delivery(events: add(through: arrivals.upperBound, to: piece), due: due)
    }

    /// Draws all that is sent up to a stamp, and the rest of the window in which it lies.
    private func draw(through last: Int) {
        guard window << trains.window.shift <= last else { return }
        spikes.removeFirst(place)
        place = 0
        while window << trains.window.shift <= last {
            drawWindow()
            window += 1
        }
        spikes.sort { ($0.arrival, $0.connection) < ($1.arrival, $1.connection) }
    }

    private func drawWindow() {
        let size = RareWindow.connections
        for block in connections.lowerBound / size...(connections.upperBound - 1) / size {
            trains.forEachSpike(block: block, window: window) { stamp, connection in
                guard connections.contains(connection), stamp > link.since, generator.isActive(stamp) else { return }
                let arrival = stamp + link.delay(connection)
                if arrival >= firstArrival { spikes.append(Spike(arrival: arrival, connection: connection)) }
            }
        }
    }

    /// Adds those that arrive up to a stamp; those of a connection that arrive together are one event.
    private func add(through last: Int, to piece: DeviceLink.Piece) -> Int {
        var events = 0
        while place < spikes.count, spikes[place].arrival <= last {
            let spike = spikes[place], first = place
            repeat { place += 1 } while place < spikes.count && spikes[place] == spike
            events += 1
            piece.addPoisson(place - first, at: spike.arrival, over: spike.connection)
        }
        return events
    }

    /// The stamp before which nothing arrives.
    private var due: Int {
        let undrawn = window << trains.window.shift + shortestDelay
        return place < spikes.count ? min(spikes[place].arrival, undrawn) : undrawn
    }
}
