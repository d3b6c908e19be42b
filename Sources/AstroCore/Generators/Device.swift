/// A node that gives or takes but has no dynamics: generators and recorders. Its outputs are functions of time, its
/// parameters and (where it draws) of the connection's name, so no state goes from step to step.
///
/// Devices are values: setting a parameter makes a new one from the checked values, or throws and changes nothing.
package protocol Device {
    static var name: String { get }
    static var family: NodeFamily { get }
    static var text: ModelText { get }
    /// Without start, stop and origin, which all devices have.
    static var ownParameters: [Parameter] { get }
    static var recordables: [Recordable] { get }
    /// What a new device has at a resolution in ms.
    static func defaults(_ resolution: Double) -> Settings

    var values: Settings { get }
    /// What is left of the time before the last change and is not in `values`, such as a current that is still held. Empty
    /// where nothing is. Checkpoints keep it.
    var carried: Settings { get }
    init(_ values: Settings, resolution: Double) throws
    /// The device from the end of step `now` on, in the place of `old`; nil where it is a new one.
    func succeeding(_ old: (any Device)?, now: Int) -> Self
    /// The device as it was with what it carried.
    func resuming(_ carried: Settings) throws -> Self
    /// `changes` of `values` as they are kept, where what they mean depends on the time they are made.
    static func adapted(_ changes: Settings, of values: Settings, _ resolution: Double, now: Int) -> Settings
    /// What a checkpoint of version 1 holds, so that it means the same now.
    static func fromVersionOne(_ values: Settings, _ resolution: Double) -> (values: Settings, carried: Settings)
}

extension Device {
    package static var parameters: [Parameter] { ActivityWindow.parameters + ownParameters }
    package static var recordables: [Recordable] { [] }
    static var defaults: Settings { Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.defaultValue) }) }
    package static func defaults(_ resolution: Double) -> Settings { defaults }
    package var carried: Settings { [:] }
    package func succeeding(_ old: (any Device)?, now: Int) -> Self { self }
    package func resuming(_ carried: Settings) throws -> Self {
        if let name = carried.keys.min() { throw InputError("a \(Self.name) carries no '\(name)'") }
        return self
    }
    package static func adapted(_ changes: Settings, of values: Settings, _ resolution: Double, now: Int) -> Settings {
        changes
    }
    package static func fromVersionOne(_ values: Settings, _ resolution: Double) -> (
        values: Settings, carried: Settings
    ) {
        (values, [:])
    }

    /// `values` with `changes` on top, each of the right type and range.
    static func merged(_ values: Settings, _ changes: Settings) throws -> Settings {
        var result = values
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.name == key }) else {
                throw InputError.unknown("\(name) has no parameter", key, among: parameters.map(\.name))
            }
            result[key] = try parameter.conform(value, of: name)
        }
        return result
    }
}

extension Parameter {
    /// `value` in the form of the default, or an error that says what is allowed.
    func conform(_ value: Value, of model: String) throws -> Value {
        switch (defaultValue, value) {
        case (.number, .number(let x)):
            try check(x, of: model)
            return value
        case (.flag, .flag), (.texts, .texts):
            return value
        case (.numbers, .numbers(let list)):
            try list.forEach { try check($0, of: model) }
            return value
        case (.numbers, .number(let x)):
            try check(x, of: model)
            return .numbers([x])
        case (.numbers, .texts(let list)) where list.isEmpty:
            return .numbers([])
        case (.texts, .numbers(let list)) where list.isEmpty:
            return .texts([])
        case (.texts, .text(let name)):
            return .texts([name])
        default:
            throw InputError("\(model): \(name) must be \(kindText), got \(value)")
        }
    }

    private var kindText: String {
        switch defaultValue {
        case .number: return "a number"
        case .flag: return "true or false"
        case .numbers: return "a list of numbers"
        case .texts: return "a list of names"
        case .text: return "a name"
        case .distribution: return "a distribution"
        }
    }
}

extension [String: Value] {
    func number(_ name: String) -> Double {
        if case .number(let x)? = self[name] { return x }
        return .nan
    }

    func numbers(_ name: String) -> [Double] {
        if case .numbers(let list)? = self[name] { return list }
        return []
    }

    /// A number of steps that a checkpoint holds; nil where there is none.
    func stamp(_ name: String) throws -> Int? {
        guard case .number(let x)? = self[name] else { return nil }
        guard let stamp = Int(exactly: x), abs(stamp) <= TimeGrid.never else {
            throw InputError("\(name) = \(formatted(x)) is no number of steps")
        }
        return stamp
    }

    func flag(_ name: String) -> Bool {
        if case .flag(true)? = self[name] { return true }
        return false
    }

    func texts(_ name: String) -> [String] {
        if case .texts(let list)? = self[name] { return list }
        return []
    }
}

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

/// Emits currents: `I` at a stamp reaches a target `delay` later and acts, held constant, over the step after that.
package protocol CurrentDevice: Device {
    var window: ActivityWindow { get }
    /// The current in pA, the device being active.
    func amplitude(at stamp: Int) -> Double
}

extension CurrentDevice {
    package static var family: NodeFamily { .stimulator }
    package static var recordables: [Recordable] { [Recordable("I", .pA, "current sent")] }

    /// What is sent at `stamp`: a current starts a step early, so that without delay it would act from `start` on.
    func current(at stamp: Int) -> Double { window.contains(stamp + 1) ? amplitude(at: stamp) : 0 }
}
