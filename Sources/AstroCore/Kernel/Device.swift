/// A node without dynamics: what generators and recorders have in common.
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
    /// if there is nothing. Checkpoints keep it.
    var carried: Settings { get }
    init(_ values: Settings, resolution: Double) throws
    /// The device from the end of step `now` on, in place of `old`, which is nil for a new device.
    func succeeding(_ old: Self?, now: Int) -> Self
    /// The device as it was with what it carried.
    func resuming(_ carried: Settings) throws -> Self
    /// `changes` of `values` as they are kept, if their meaning depends on the time at which they are made.
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
    package func succeeding(_ old: Self?, now: Int) -> Self { self }
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
        for (key, value) in changes.inOrder {
            guard let parameter = parameters.first(where: { $0.name == key }) else {
                throw InputError.unknown("\(name) has no parameter", key, among: parameters.map(\.name))
            }
            result[key] = try parameter.conform(value, of: name)
        }
        return result
    }
}
