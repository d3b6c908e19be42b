/// How times that users give go onto the grid of steps (Docs/semantics.md). Times count in units of 0.001 ms; those
/// within half a unit of the grid are on it.
package enum TimeGrid {
    package static let unit = 0.001

    /// To the nearest 0.001 ms, then up to whole steps: refractory times.
    package static func stepsUp(_ ms: Double, _ resolution: Double) -> Int {
        let units = (ms / unit + 0.5).rounded(.down)
        return Int(min((units / (resolution / unit) - 1e-9).rounded(.up), Double(never)))
    }

    /// To the nearest step, halves up: delays.
    package static func stepsNearest(_ ms: Double, _ resolution: Double) -> Int {
        Int((ms / resolution + 0.5 + 1e-9).rounded(.down))
    }

    /// Whole steps, or nil where `ms` is off the grid. Infinite times are "never".
    package static func steps(_ ms: Double, _ resolution: Double) -> Int? {
        guard ms.isFinite, abs(ms / resolution) < most else { return ms.isNaN ? nil : (ms > 0 ? never : -never) }
        let steps = (ms / resolution).rounded()
        return abs(ms - steps * resolution) < unit / 2 ? Int(steps) : nil
    }

    /// So many steps are counted exactly by times in ms.
    package static let most = 4e15

    /// A step that no run reaches, with room to add delays.
    package static let never = Int.max / 4

    /// A time in ms of which `steps` is whole: rounded so that 3 steps of 0.1 read 0.3.
    @inlinable
    package static func ms(_ steps: Int, _ resolution: Double) -> Double {
        // a quotient of whole numbers rounds once
        if let perMs = wholeStepsPerMs(resolution) { return Double(steps) / perMs }
        return Double(steps) * resolution
    }

    /// 1/resolution, which is whole for all usual resolutions; nil for others.
    @inlinable
    package static func wholeStepsPerMs(_ resolution: Double) -> Double? {
        let perMs = (1 / resolution).rounded()
        return abs(perMs * resolution - 1) < 1e-12 ? perMs : nil
    }
}
