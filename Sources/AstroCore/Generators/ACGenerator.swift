/// Sinusoidal current. Start and stop cut it out of a wave that runs in simulation time.
struct ACGenerator: CurrentSource {
    static let name = "ac_generator"
    static let text = ModelText(
        summary: "Sinusoidal current.",
        equations: "I = offset + amplitude sin(2 pi frequency t + phase)")
    static let ownParameters = [
        Parameter("amplitude", 0, .pA, "amplitude of the sine"),
        Parameter("offset", 0, .pA, "constant part"),
        Parameter("frequency", 0, .Hz, "frequency"),
        Parameter("phase", 0, .degree, "phase"),
    ]

    let values: Settings
    let window: ActivityWindow
    private let resolution: Double

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        self.resolution = resolution
        window = try ActivityWindow(values, resolution, Self.name)
    }

    func current(at stamp: Int, over _: ConnectionNumbers) -> Double {
        let seconds = TimeGrid.ms(stamp, resolution) / 1000
        let turns = values.number("frequency") * seconds + values.number("phase") / 360
        return values.number("offset") + values.number("amplitude") * sinCosOfTurns(turns).sin
    }
}
