/// What the devices of a population are.
extension Population {
    func generator(_ index: Int) -> (any Generator)? { devices?[index] as? any Generator }
    func spikeSource(_ index: Int) -> (any SpikeSource)? { devices?[index] as? any SpikeSource }
    func currentSource(_ index: Int) -> (any CurrentSource)? { devices?[index] as? any CurrentSource }
    func recorder(_ index: Int) -> (any RecorderDevice)? { devices?[index] as? any RecorderDevice }

    var recorders: [any RecorderDevice] { (devices ?? []).compactMap { $0 as? any RecorderDevice } }

    /// Is a parameter of its devices a list?
    func holdsList(_ name: String) -> Bool {
        guard let device = devices?.first, case .numbers? = device.values[name] else { return false }
        return true
    }

    var sendsSpikes: Bool { cells?.model.sendsSpikes ?? (spikeSource(0) != nil) }
}

extension Simulation {
    func generator(of link: DeviceLink) -> any Generator { populationList[link.population].generator(link.device)! }
}

extension Population {
    var recordables: [Recordable] {
        cells?.model.recordables ?? type(of: devices![0]).recordables
    }
}
