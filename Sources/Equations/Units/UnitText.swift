import AstroBase

/// Units as a person writes them, as in "mV", "1/(uM*s)", "2 mV/ms^0.5".
package enum UnitText {
    package static func unit(_ text: String) throws -> PhysicalUnit {
        let plain = String(text.map { "µμ".contains($0) ? "u" : $0 == "·" ? "*" : $0 })
        let trimmed = plain.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !trimmed.isEmpty else { throw InputError("a unit is missing") }
        let tree: Expression
        do { tree = try Parser.expression(TextPart("unit", trimmed)) } catch is InputError {
            throw InputError("'\(text)' is not a unit")
        }
        return try unit(of: tree, tree.root)
    }

    /// Nodes stand behind their parts, and a unit is short: recursion ends soon.
    private static func unit(of tree: Expression, _ node: Int) throws -> PhysicalUnit {
        switch tree.nodes[node].kind {
        case .number(1): return .one
        case .name(let name, _): return try named(name)
        case .binary(.multiply, let a, let b): return try unit(of: tree, a) * unit(of: tree, b)
        case .binary(.divide, let a, let b):
            return try unit(of: tree, a) * unit(of: tree, b).raised(to: -1)!
        case .binary(.power, let a, let b):
            guard case .number(let exponent) = tree.nodes[b].kind,
                let power = try unit(of: tree, a).raised(to: exponent)
            else {
                throw InputError("'\(tree.text(node))' is not a unit: an exponent is a number such as 2, -1 or 0.5")
            }
            return power
        default: throw InputError("'\(tree.text(node))' is not a unit")
        }
    }

    /// Of units that are written out elsewhere.
    private static func shortName(of name: String) -> String? {
        let words = [
            "volt": "V", "amp": "A", "ampere": "A", "siemens": "S", "farad": "F", "ohm": "Ohm", "second": "s",
            "hertz": "Hz",
            "molar": "M", "metre": "m", "meter": "m",
        ]
        for (word, symbol) in words where name.hasSuffix(word) {
            let prefix = String(name.dropLast(word.count))
            if PhysicalUnit.byName[prefix + symbol] != nil { return prefix + symbol }
        }
        return nil
    }

    static func named(_ name: String) throws -> PhysicalUnit {
        if let unit = PhysicalUnit.byName[name] { return unit }
        if let short = shortName(of: name) { throw InputError("there is no unit '\(name)': write \(short)") }
        throw InputError.unknown("there is no unit", name, among: PhysicalUnit.usualNames)
    }
}

/// A number with a unit, as in "250 pF" or "-inf mV".
package struct Quantity: Sendable, Equatable {
    package let number: Double
    package let unit: PhysicalUnit
    /// As it was written; "1" where there is none.
    package let unitText: String

    /// nil where the text does not begin with a number, or goes on as a formula.
    package init?(_ text: String) throws {
        let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if let (number, rest) = Self.infinity(trimmed) {
            unit = rest.isEmpty ? .one : try UnitText.unit(String(rest))
            (self.number, unitText) = (number, rest.isEmpty ? "1" : Self.plain(rest))
            return
        }
        let end = trimmed.firstIndex { !"0123456789.eE+-".contains($0) } ?? trimmed.endIndex
        // an e of a unit is not one of a number
        var numberEnd = end
        while numberEnd > trimmed.startIndex, Double(trimmed[..<numberEnd]) == nil {
            numberEnd = trimmed.index(before: numberEnd)
        }
        guard numberEnd > trimmed.startIndex, let number = Double(trimmed[..<numberEnd]), number.isFinite else {
            return nil
        }
        let rest = trimmed[numberEnd...].drop { $0 == " " }
        if rest.isEmpty {
            (self.number, unit, unitText) = (number, .one, "1")
            return
        }
        guard let first = rest.first, first.isLetter || first == "1" || first == "(" || first == "µ" else { return nil }
        unit = try UnitText.unit(String(rest))
        (self.number, unitText) = (number, Self.plain(rest))
    }

    private static func plain(_ unit: Substring) -> String { String(unit.map { "µμ".contains($0) ? "u" : $0 }) }

    /// "inf" or "-inf", alone or before a unit.
    private static func infinity(_ text: String) -> (number: Double, rest: Substring)? {
        let words = text.split(separator: " ", maxSplits: 1)
        switch words.first {
        case "inf", "+inf": return (.infinity, words.dropFirst().first ?? "")
        case "-inf": return (-.infinity, words.dropFirst().first ?? "")
        default: return nil
        }
    }
}
