/// A synapse model as its author wrote it: texts and rows, nothing understood yet. Records, bundles and checkpoints keep this.
package struct SynapseSource: Hashable, Sendable {
    package typealias Row = ModelSource.Row

    package var name: String
    package var summary = ""
    package var references: [String] = []
    package var notes: [String] = []
    package var parameters: [Row] = []
    package var state: [Row] = []
    package var equations = ""
    /// What a spike of the sender does, and one of the target.
    package var onPre = ""
    package var onPost = ""
    package var units = true

    package init(name: String) { self.name = name }

    /// What it has in common with a model of cells: names, rows and lines.
    var cell: ModelSource {
        var cell = ModelSource(name: name)
        (cell.parameters, cell.state, cell.equations, cell.units) = (parameters, state, equations, units)
        return cell
    }
}

/// As a list of texts: what checkpoints hold.
extension SynapseSource {
    private static let version = "astrolua synapse 1"

    package var encoded: [String] {
        var texts = [Self.version, name, summary, equations, onPre, onPost, "\(units)"]
        func add(_ list: [[String]]) {
            texts.append("\(list.count)")
            for item in list { texts += item }
        }
        add(references.map { [$0] })
        add(notes.map { [$0] })
        add(parameters.map { [$0.name, $0.value, $0.meaning, $0.allowed] })
        add(state.map { [$0.name, $0.value, $0.meaning, $0.allowed] })
        return texts
    }

    /// nil where the texts are not what `encoded` gives.
    package init?(encoded texts: [String]) {
        var rest = texts[...]
        func next() -> String? { rest.popFirst() }
        func list(_ width: Int) -> [[String]]? {
            guard let text = next(), let count = Int(text), count >= 0, count <= rest.count / width else { return nil }
            return (0..<count).map { _ in (0..<width).map { _ in rest.removeFirst() } }
        }
        guard next() == Self.version, let name = next(), let summary = next(), let equations = next(),
            let onPre = next(), let onPost = next(), let units = next(), let references = list(1),
            let notes = list(1), let parameters = list(4), let state = list(4), rest.isEmpty
        else { return nil }
        self.init(name: name)
        (self.summary, self.equations, self.onPre, self.onPost) = (summary, equations, onPre, onPost)
        self.units = units == "true"
        (self.references, self.notes) = (references.map { $0[0] }, notes.map { $0[0] })
        self.parameters = parameters.map { Row($0[0], $0[1], $0[2], $0[3]) }
        self.state = state.map { Row($0[0], $0[1], $0[2], $0[3]) }
    }
}
