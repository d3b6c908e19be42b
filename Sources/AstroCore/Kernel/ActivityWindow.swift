/// When a device is active, in steps.
package struct ActivityWindow {
    // swift-format-ignore
    static let parameters = [
        Parameter("start",  0,                         .ms, "first time of activity, relative to origin", .extended, and: "on the grid, at most stop"),
        Parameter("stop",   Double.greatestFiniteMagnitude, .ms, "last time of activity, relative to origin", .extended, and: "on the grid, at least start"),
        Parameter("origin", 0,                         .ms, "reference time of start and stop, and of spike_times", .extended, and: "on the grid"),
    ]

    let start, stop, origin: Int

    init(_ values: Settings, _ resolution: Double, _ model: String) throws {
        func steps(_ name: String) throws -> Int {
            let ms = values.number(name)
            guard let steps = TimeGrid.steps(ms, resolution) else {
                throw InputError(
                    "\(model): \(name) = \(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms"
                )
            }
            return steps
        }
        let (start, stop) = (try steps("start"), try steps("stop"))
        origin = try steps("origin")
        guard stop >= start else {
            throw InputError(
                "\(model): stop = \(formatted(values.number("stop"))) ms must not be before start = \(formatted(values.number("start"))) ms"
            )
        }
        self.start = Self.sum(start, origin)
        self.stop = Self.sum(stop, origin)
    }

    init(start: Int, stop: Int, origin: Int) { (self.start, self.stop, self.origin) = (start, stop, origin) }

    private static func sum(_ a: Int, _ b: Int) -> Int {
        Swift.max(-TimeGrid.never, Swift.min(TimeGrid.never, a + b))
    }

    /// start < stamp <= stop
    func contains(_ stamp: Int) -> Bool { stamp > start && stamp <= stop }
}
