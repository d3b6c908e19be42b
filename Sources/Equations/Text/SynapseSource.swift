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
        texts.append(rows: references.map { [$0] })
        texts.append(rows: notes.map { [$0] })
        texts.append(rows: parameters.map(\.encoded))
        texts.append(rows: state.map(\.encoded))
        return texts
    }

    /// nil where the texts are not what `encoded` gives.
    package init?(encoded texts: [String]) {
        var rest = EncodedTexts(texts)
        guard rest.next() == Self.version, let name = rest.next(), let summary = rest.next(),
            let equations = rest.next(), let onPre = rest.next(), let onPost = rest.next(), let units = rest.next(),
            let references = rest.rows(of: 1), let notes = rest.rows(of: 1), let parameters = rest.rows(of: 4),
            let state = rest.rows(of: 4), rest.isAtEnd
        else { return nil }
        self.init(name: name)
        (self.summary, self.equations, self.onPre, self.onPost) = (summary, equations, onPre, onPost)
        self.units = units == "true"
        (self.references, self.notes) = (references.map { $0[0] }, notes.map { $0[0] })
        self.parameters = parameters.map { Row(encoded: $0) }
        self.state = state.map { Row(encoded: $0) }
    }
}
