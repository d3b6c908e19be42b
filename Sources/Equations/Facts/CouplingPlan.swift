import AstroBase

/// How a coupling is run: a program that works out what a connection sends.
///
/// No product is rounded together with a sum: where a value changes its sign with its two cells' roles, the two directions differ in
/// nothing else.
package final class CouplingPlan: Sendable {
    package let facts: CouplingFacts
    /// What parameters and the number of connections decide alone: worked out before a run.
    package let derived: DerivedValues
    package let graph: Graph
    /// One output.
    package let program: Program

    /// - `units`: of what is joined; nil as long as nobody knows.
    package convenience init(_ source: CouplingSource, _ units: CouplingUnits? = nil) throws {
        try self.init(CouplingReader.facts(source, units))
    }

    private init(_ facts: CouplingFacts) throws {
        self.facts = facts
        graph = facts.model.graph
        var derived = DerivedValues()
        program = Assembler.program(graph, [(facts.value, nil)], &derived, fuses: false)
        self.derived = derived
    }

    /// In words: what is read, and what an evaluation costs.
    package var explanation: String {
        let source = facts.source
        var lines = ["\(source.name): a signal onto \(source.input)"]
        let read = facts.pre.map { "pre.\($0)" } + facts.post.map { "post.\($0)" }
        lines.append("  reads \(read.joined(separator: ", ")) at the end of a step; the value arrives delay later")
        for parameter in facts.model.parameters {
            lines.append("  \(parameter.name)  \(parameter.unitText)  one for all connections, or each its own")
        }
        let count = program.operations
        lines.append("an evaluation: \(count) operation\(count == 1 ? "" : "s") a connection")
        if !derived.nodes.isEmpty {
            let count = derived.nodes.count
            lines.append("before a run: \(count) value\(count == 1 ? "" : "s") made of parameters")
        }
        return lines.joined(separator: "\n")
    }
}
