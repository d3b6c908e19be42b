import AstroBase

/// A formula over where two cells lie, as operations: `distance`, `dx`, `dy` and `dz`, in mm, without units.
package struct PlaceFormula: Sendable {
    package static let names = ["distance", "dx", "dy", "dz"]

    /// Its leaves are states: the index of each is that of a name.
    package let program: Program
    /// Which names it reads, by index.
    package let reads: Set<Int>

    /// - `place`: what is worked out, for messages.
    package init(_ text: String, of place: String) throws {
        if text.wholeMatch(of: /\s*[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?\s*[A-Za-z%][A-Za-z0-9\/^*%]*\s*/) != nil {
            throw InputError("\(place): '\(text)': a number is written without quotes, in the unit that help shows")
        }
        let tree = try Parser.expression(TextPart(place, text))
        var formulas = FormulaReader(hasUnits: false)
        var symbols: [String: Symbol] = [:]
        for (index, name) in Self.names.enumerated() {
            symbols[name] = Symbol(kind: .word, node: formulas.graph.leaf(.state, index), dimension: Dimension.none)
        }
        symbols["pi"] = Symbol(kind: .word, node: formulas.graph.constant(.pi), dimension: Dimension.none)
        let context = FormulaReader.Context(
            symbol: { [symbols] in symbols[$0] }, known: symbols.keys.sorted(),
            noDraws: "can't be used in a formula of space, which draws no random numbers",
            noLast: "last(…) can't be used in a formula of space",
            member: { object, _ in
                throw InputError(
                    "'\(object).…' can't be used in a formula of space: the names are distance, dx, dy and dz")
            })
        let value = try formulas.read(tree, context)
        guard !value.isTruth else {
            throw InputError("\(place): '\(text)' is a condition, not a number: int(…) turns it into 1 or 0")
        }
        program = Assembler.program(formulas.graph, parameterValues: [value.node])
        reads = Set(formulas.graph.leaves(of: [value.node]).map { Int($0.index) })
        guard !reads.isEmpty else {
            throw InputError(
                "\(place): '\(text)' contains none of distance, dx, dy, dz: a number is written without quotes")
        }
    }
}
