/// When within a step a cell whose equations have no closed form spikes and is reset. Spikes leave at the end of the step either way.
public enum SpikeMoments: String, Sendable, CaseIterable {
    /// At the exact moment.
    case exact
    /// Where a substep of NEST's integrator ends.
    case reference
}

extension SpikeMoments {
    /// By the name that scripts give. Throws an `InputError` where there is none of that name.
    package init(named name: String) throws {
        guard let found = SpikeMoments(rawValue: name) else {
            throw InputError.unknown("spikes: there is no", name, among: Self.allCases.map(\.rawValue))
        }
        self = found
    }
}
