/// When a recorder is at work, and when it samples.
struct Schedule {
    var window: ActivityWindow
    /// Steps from one sample to the next, and to the first one; recorders of spikes have none.
    var interval = 0
    var offset = 0

    /// Stamps with a sample: offset, offset + interval, … within the window.
    func samples(in stamps: Range<Int>) -> EvenRun {
        let earliest = max(stamps.lowerBound, window.start + 1, offset)
        let last = min(stamps.upperBound - 1, window.stop)
        let first = offset + (earliest - offset + interval - 1) / interval * interval
        return EvenRun(first, first > last ? 0 : (last - first) / interval + 1, interval)
    }
}

extension Schedule {
    /// That of a multimeter.
    init(sampling values: Settings, _ resolution: Double, _ model: String) throws {
        func steps(_ name: String) throws -> Int {
            let ms = values.number(name)
            guard let steps = TimeGrid.steps(ms, resolution), steps > 0 || ms == 0 else {
                throw InputError(
                    "\(model): \(name) = \(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms"
                )
            }
            return steps
        }
        window = try ActivityWindow(values, resolution, model)
        interval = try steps("interval")
        offset = try steps("offset")
    }
}
