/// A coupling of cells as its author wrote it: texts and rows, nothing understood yet. Records, bundles and checkpoints keep this.
package struct CouplingSource: Hashable, Sendable {
    /// A name for an expression.
    package struct Quantity: Hashable, Sendable {
        package var name, text: String

        package init(_ name: String, _ text: String) { (self.name, self.text) = (name, text) }
    }

    package var name: String
    package var summary = ""
    package var references: [String] = []
    package var notes: [String] = []
    package var parameters: [ModelSource.Row] = []
    package var quantities: [Quantity] = []
    /// The signal input of the target that the value goes to.
    package var input = ""
    package var value = ""
    package var units = true

    package init(name: String) { self.name = name }

    /// What it has in common with a model of cells.
    var cell: ModelSource {
        var cell = ModelSource(name: name)
        (cell.parameters, cell.units) = (parameters, units)
        return cell
    }
}

/// As a list of texts: what checkpoints hold.
extension CouplingSource {
    private static let version = "astrolua coupling 1"

    package var encoded: [String] {
        var texts = [Self.version, name, summary, input, value, "\(units)"]
        texts.append(rows: references.map { [$0] })
        texts.append(rows: notes.map { [$0] })
        texts.append(rows: parameters.map(\.encoded))
        texts.append(rows: quantities.map { [$0.name, $0.text] })
        return texts
    }

    /// nil where the texts are not what `encoded` gives.
    package init?(encoded texts: [String]) {
        var rest = EncodedTexts(texts)
        guard rest.next() == Self.version, let name = rest.next(), let summary = rest.next(), let input = rest.next(),
            let value = rest.next(), let units = rest.next(), let references = rest.rows(of: 1),
            let notes = rest.rows(of: 1), let parameters = rest.rows(of: 4), let quantities = rest.rows(of: 2),
            rest.isAtEnd
        else { return nil }
        self.init(name: name)
        (self.summary, self.input, self.value, self.units) = (summary, input, value, units == "true")
        (self.references, self.notes) = (references.map { $0[0] }, notes.map { $0[0] })
        self.parameters = parameters.map { ModelSource.Row(encoded: $0) }
        self.quantities = quantities.map { Quantity($0[0], $0[1]) }
    }
}
