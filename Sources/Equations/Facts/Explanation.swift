import AstroBase

/// A plan in words: for `model:explain()`.
extension Plan {
    package var explanation: String {
        let states = facts.states.indices.map { row($0) }
        let widths = (0..<3).map { column in states.map { $0[column].count }.max() ?? 0 }
        var lines = [
            "\(facts.source.name): \(count(facts.states.count, "state")), \(facts.source.method == "auto" ? "methods chosen" : "method \(facts.source.method)")\(facts.source.step.map { ", a step of its own of \(formatted($0)) ms" } ?? "")"
        ]
        lines += states.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return "  " + cells.joined(separator: "  ") + "  " + row[3]
        }
        if !facts.quantities.isEmpty {
            lines.append(
                "quantities, worked out where they are read: "
                    + facts.quantities.map { "\($0.name) (\($0.unitText))" }.joined(separator: ", "))
        }
        for (index, arrival) in facts.arrivals.enumerated() { lines.append(self.arrival(arrival, index)) }
        for (event, condition) in zip(facts.events, conditions) { lines.append(self.event(event, condition)) }
        lines.append(cost)
        return lines.joined(separator: "\n")
    }

    private func count(_ n: Int, _ what: String) -> String { "\(n) \(what)\(n == 1 ? "" : "s")" }

    /// Name, unit, method and why.
    private func row(_ state: Int) -> [String] {
        let fact = facts.states[state]
        return [fact.name, fact.unitText, methods[state].rawValue, reason(state)]
    }

    private func reason(_ state: Int) -> String {
        switch methods[state] {
        case .still: return "only spikes and actions change it"
        case .exact:
            let mates = linear.groups.first { $0.states.contains(state) }.map { $0.states.filter { $0 != state } } ?? []
            let with = mates.isEmpty ? "" : ", with \(mates.map { facts.states[$0].name }.joined(separator: ", "))"
            return "linear with constant coefficients: propagated without error\(with)"
        case .rk4:
            return linear.states.isEmpty || facts.source.method == "rk4"
                ? "Runge-Kutta, order 4"
                : "not linear: Runge-Kutta, order 4, with exact values of the linear states at each stage"
        case .rkf45:
            return "Runge-Kutta-Fehlberg, order 5, steps by error (tolerance \(formatted(facts.source.tolerance)))"
        case .euler: return facts.noises.isEmpty ? "Euler, order 1" : "Euler-Maruyama (Itô)"
        case .milstein: return "Milstein (Itô): noise multiplies a state"
        case .heun: return facts.noises.isEmpty ? "Heun, order 2" : "Heun (Stratonovich)"
        case .exponential_euler: return "exponential Euler: linear in itself, the others held"
        }
    }

    private func arrival(_ arrival: ModelFacts.Arrival, _ index: Int) -> String {
        let receptor = arrival.receptorName.isEmpty ? "" : " at receptor \(arrival.receptorName)"
        let sign =
            arrival.sign == .any ? "" : arrival.sign == .excitatory ? " of positive weight" : " of negative weight"
        let states = arrival.changes.map { facts.states[$0.state].name }.joined(separator: ", ")
        return "spikes\(receptor)\(sign) change \(states); weight in \(arrival.weightUnitText)"
    }

    private func event(_ event: ModelFacts.Event, _ condition: Program) -> String {
        let look = adaptive != nil && !condition.drawsRandomly ? "after each substep" : "after each step"
        var text =
            "\(event.name): looked at \(look)\(event.isCrossing ? ", happens where the condition becomes true" : "")"
        switch event.refractory {
        case .none: break
        case .time: text += "; then refractory for a time"
        case .condition: text += "; then refractory while a condition holds"
        }
        if !event.action.isEmpty {
            text += "; changes \(event.action.map { facts.states[$0.state].name }.joined(separator: ", "))"
        }
        if !event.holds.isEmpty {
            text += ", \(event.holds.map { facts.states[$0].name }.joined(separator: ", ")) held"
        }
        return text
    }

    private var cost: String {
        let folded = derived.nodes.count + linear.elements.count
        let ahead = folded == 0 ? "" : "; \(count(folded, "value")) of parameters alone, worked out once"
        guard let adaptive else { return "a step: \(count(step.operations, "operation")) a cell\(ahead)" }
        return
            "a trial: \(count(adaptive.trial.operations, "operation")) a cell; a step \(step.operations) more\(ahead)"
    }
}

/// Equations as a methods section has them: an `aligned` block.
package struct LaTeXWriter {
    private let facts: ModelFacts

    package init(_ facts: ModelFacts) { self.facts = facts }

    package var system: String {
        var lines: [String] = []
        for state in facts.states {
            guard let line = state.line else { continue }
            lines.append("\\frac{\\mathrm{d}\(Self.symbol(state.name))}{\\mathrm{d}t} &= \(formula(line.value))")
        }
        for quantity in facts.quantities {
            lines.append("\(Self.symbol(quantity.name)) &= \(formula(quantity.line.value))")
        }
        return "\\begin{aligned}\n" + lines.joined(separator: " \\\\\n") + "\n\\end{aligned}"
    }

    private static let greek: Set = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi",
        "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
        "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
    ]

    /// `tau_syn_ex` as \tau_{\mathrm{syn,ex}}.
    static func symbol(_ name: String) -> String {
        let parts = name.split(separator: "_", omittingEmptySubsequences: true).map(String.init)
        guard let first = parts.first else { return "\\mathrm{\\_}" }
        let head = greek.contains(first) ? "\\\(first)" : first.count == 1 ? first : "\\mathrm{\(first)}"
        if parts.count == 1 { return head }
        let below = parts.dropFirst().map { greek.contains($0) ? "\\\($0)" : $0.count == 1 ? $0 : "\\mathrm{\($0)}" }
        return "\(head)_{\(below.joined(separator: ","))}"
    }

    /// How close the parts of a text hold together.
    private enum Binding: Int, Comparable {
        case choice, or, and, comparison, sum, negative, product, power, value
        static func < (a: Binding, b: Binding) -> Bool { a.rawValue < b.rawValue }
    }

    /// Texts of the parts are handed on, not copied: a sum of thousands of terms is written once.
    func formula(_ tree: Expression) -> String {
        var texts: [(text: String, binding: Binding)] = []
        func take(_ node: Int, _ least: Binding) -> String {
            let text = texts[node].text
            let needsBrackets = texts[node].binding < least
            texts[node].text = ""
            return needsBrackets ? "\\left(\(text)\\right)" : text
        }
        for node in tree.nodes {
            switch node.kind {
            case .number(let x): texts.append(Self.number(x))
            case .name(let name, let inProduct):
                let isUnit = inProduct && !isOwn(name) && PhysicalUnit.byName[name] != nil
                texts.append((isUnit ? "\\mathrm{\(name)}" : Self.symbol(name), .value))
            case .member(let object, let member): texts.append(("\(Self.symbol(member))^{\\mathrm{\(object)}}", .value))
            case .negative(let a): texts.append(("-" + take(a, .product), .negative))
            case .not(let a): texts.append(("\\neg " + take(a, .value), .and))
            case .choice(let then, let condition, let otherwise):
                let first = take(then, .choice), test = take(condition, .or), second = take(otherwise, .choice)
                texts.append(
                    (
                        "\\begin{cases} \(first) & \\text{if } \(test) \\\\ \(second) & \\text{otherwise} \\end{cases}",
                        .choice
                    ))
            case .call(let name, let arguments):
                let inner = arguments.map { take($0, .choice) }
                texts.append(Self.call(name, inner))
            case .binary(.multiply, let a, let b) where texts[a].binding == .negative:
                // a sign in front of a product needs no brackets
                texts.append((take(a, .negative) + "\\," + take(b, .product), .negative))
            case .binary(let op, let a, let b): texts.append(binary(op, a, b, take))
            }
        }
        return texts.last?.text ?? ""
    }

    private func isOwn(_ name: String) -> Bool {
        facts.states.contains { $0.name == name } || facts.parameters.contains { $0.name == name }
            || facts.inputs.contains { $0.name == name } || facts.quantities.contains { $0.name == name }
    }

    private static func number(_ x: Double) -> (text: String, binding: Binding) {
        let text = formatted(x)
        guard let e = text.firstIndex(of: "e") else { return (text, x < 0 ? .negative : .value) }
        return (
            "\(text[..<e])\\cdot 10^{\(Int(text[text.index(after: e)...]) ?? 0)}", x < 0 ? .negative : .product
        )
    }

    private func binary(
        _ op: BinaryOperator, _ a: Int, _ b: Int, _ take: (Int, Binding) -> String
    ) -> (text: String, binding: Binding) {
        switch op {
        case .add: return (take(a, .sum) + " + " + take(b, .product), .sum)
        case .subtract: return (take(a, .sum) + " - " + take(b, .product), .sum)
        case .multiply: return (take(a, .product) + "\\," + take(b, .product), .product)
        case .divide: return ("\\frac{\(take(a, .choice))}{\(take(b, .choice))}", .product)
        case .remainder: return (take(a, .product) + " \\bmod " + take(b, .value), .product)
        case .power: return ("{\(take(a, .value))}^{\(take(b, .choice))}", .power)
        case .less: return (take(a, .sum) + " < " + take(b, .sum), .comparison)
        case .lessEqual: return (take(a, .sum) + " \\le " + take(b, .sum), .comparison)
        case .greater: return (take(a, .sum) + " > " + take(b, .sum), .comparison)
        case .greaterEqual: return (take(a, .sum) + " \\ge " + take(b, .sum), .comparison)
        case .equal: return (take(a, .sum) + " = " + take(b, .sum), .comparison)
        case .unequal: return (take(a, .sum) + " \\ne " + take(b, .sum), .comparison)
        case .and: return (take(a, .and) + " \\wedge " + take(b, .and), .and)
        case .or: return (take(a, .or) + " \\vee " + take(b, .or), .or)
        }
    }

    private static func call(_ name: String, _ arguments: [String]) -> (text: String, binding: Binding) {
        let list = arguments.joined(separator: ", ")
        switch name {
        case "sqrt": return ("\\sqrt{\(list)}", .value)
        case "abs": return ("\\left|\(list)\\right|", .value)
        case "floor": return ("\\lfloor \(list) \\rfloor", .value)
        case "ceil": return ("\\lceil \(list) \\rceil", .value)
        case "exp", "log", "sin", "cos", "tanh", "sinh", "cosh", "min", "max":
            return ("\\\(name == "log" ? "ln" : name)\\left(\(list)\\right)", .value)
        default: return ("\\operatorname{\(name)}\\left(\(list)\\right)", .value)
        }
    }
}
