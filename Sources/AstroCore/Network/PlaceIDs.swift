/// Global ids of the cells at places of a segment: the nearer one is to the last, the sooner it is found.
struct PlaceIDs {
    private let base: Int
    private let plane: InputPlane
    private let simulation: Simulation
    /// Places whose cells have neighbouring ids, and what is between place and id.
    private var near = 0..<0
    private var shift = 0

    init(_ segment: Segment, _ simulation: Simulation) {
        (base, plane, self.simulation) = (segment.base, segment.plane, simulation)
    }

    @inline(__always)
    mutating func id(_ place: Int) -> Int {
        if !near.contains(place) { look(place) }
        return place &+ shift
    }

    private mutating func look(_ place: Int) {
        let residents = plane.residents, at = base + place
        let resident = residents[residents.partitioningIndex { $0.offset > at } - 1]
        near = resident.offset - base..<resident.offset - base + resident.cells.count
        let first = simulation.populationList[resident.population].firstID + resident.cells.lowerBound
        shift = first - near.lowerBound
    }
}
