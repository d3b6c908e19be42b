/// Constant current.
struct DCGenerator: CurrentSource {
    static let name = "dc_generator"
    static let text = ModelText(summary: "Constant current.", equations: "I = amplitude, start <= t < stop")
    static let ownParameters = [Parameter("amplitude", 0, .pA, "current (uM/ms into calcium for astrocytes)")]

    let values: Settings
    let window: ActivityWindow
    private let amplitude: Double

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        amplitude = values.number("amplitude")
    }

    func current(at stamp: Int, over _: ConnectionNumbers) -> Double { amplitude }
}
