/// Where nodes lie.
extension Nodes {
    /// The place of each node in mm; nil where not all have one, or not in as many dimensions.
    public var positions: [[Double]]? {
        guard let layer = try? layer("") else { return nil }
        return (0..<layer.count).map(layer.list)
    }

    /// Lengths in mm after which their space repeats itself, one a dimension; nil where it has an end.
    public var period: [Double]? { (try? layer(""))?.wrap }

    /// - `what`: they are, for messages.
    func layer(_ what: String) throws -> Layer {
        let layers = try runs.map { run in
            guard let layer = run.population.layer else {
                throw InputError(
                    "\(what) need positions: \(run.population.modelName) \(run.population.firstID + run.first) has none (sim:create(model, n, params, { positions = … }))"
                )
            }
            return layer
        }
        if runs.count == 1, runs[0].count == layers[0].count { return layers[0] }
        guard Set(layers.map(\.dimensions)).count == 1 else {
            throw InputError("\(what) lie partly in 2, partly in 3 dimensions")
        }
        let wraps = Set(layers.map(\.wrap))
        guard wraps.count == 1 || wraps.contains(nil) else {
            throw InputError("\(what) lie in spaces that repeat themselves after different lengths")
        }
        let coordinates = zip(runs, layers).flatMap { run, layer in run.cells.flatMap { layer.list($0) } }
        return Layer(
            dimensions: layers[0].dimensions, coordinates: coordinates, wrap: wraps.count == 1 ? wraps.first! : nil)
    }
}

extension Geometry {
    init(_ pre: Nodes, _ post: Nodes, _ names: (String, String) = ("the sources", "the targets")) throws {
        try self.init(pre.layer(names.0), post.layer(names.1))
    }
}
