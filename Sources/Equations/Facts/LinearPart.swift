import AstroBase

/// The states whose equations are linear with coefficients that stay the same over a step: they are propagated exactly.
///
///     dx/dt = A x + c + B u        A, c, B made of parameters, u held over the step
///
/// States that do not reach each other go separately. A single state has a closed form, which is part of the graph; several have a
/// matrix exponential, whose elements are leaves of their own.
package struct LinearPart: Sendable {
    /// States of one group, and what drives them.
    package struct Group: Sendable {
        package let states: [Int]
        /// Rates in 1/ms and drives, row by row: a column for each state, each drive and one for what parameters give.
        package let matrix: [[Graph.ID]]
        package let drives: [Graph.ID]
        /// Rows that stand still while cells are held: the same group with those rows 0 has the number behind this one's.
        package var isHeld = false
    }

    /// An element of a group's propagator.
    package struct Element: Sendable, Hashable {
        package let group: Int
        /// Of the step: 1, or 1/2.
        package let fraction: Double
        package let row, column: Int
    }

    package internal(set) var states: Set<Int> = []
    package internal(set) var groups: [Group] = []
    package internal(set) var elements: [Element] = []
    fileprivate var places: [Element: Int] = [:]

    /// For each state its coefficients and the rest.
    fileprivate var equations: [Int: Graph.Affine] = [:]
}

extension LinearPart {
    /// The largest set of `candidates` whose equations are linear in each other.
    init(_ facts: ModelFacts, _ graph: inout Graph, among candidates: [Int]) {
        var set = Set(candidates)
        while !set.isEmpty {
            let order = set.sorted()
            let found = graph.affine(order.map { facts.states[$0].slope }) {
                $0.kind == .state && set.contains(Int($0.index))
            }
            let isLinear = zip(order, found).map { _, affine in
                guard let affine else { return false }
                return affine.coefficients.values.allSatisfy { graph.level($0) <= .parameters }
                    && graph.level(affine.rest) <= .step
            }
            let kept = zip(order, isLinear).filter { $0.1 }.map { $0.0 }
            if kept.count == order.count {
                for (state, affine) in zip(order, found) { equations[state] = affine! }
                break
            }
            set = Set(kept)
        }
        states = set
    }

    /// Takes out states that read a held one, where several events hold.
    mutating func remove(_ gone: Set<Int>) {
        states.subtract(gone)
        for state in gone { equations[state] = nil }
    }

    func coefficients(of state: Int) -> [Int] {
        equations[state]!.coefficients.keys.sorted().map { Int($0.index) }
    }

    /// Values after a fraction of the step.
    ///
    /// - `held`: states that stand still where `isHeld` is 1; nil: nothing is ever held.
    mutating func values(
        after fraction: Double, _ graph: inout Graph, held: Set<Int>, isHeld: Graph.ID?
    ) -> [Int: Graph.ID] {
        var result: [Int: Graph.ID] = [:]
        for component in components {
            let free = propagated(component, fraction, &graph, standing: [])
            let standing = held.intersection(component)
            for state in component { result[state] = free[state] }
            guard let isHeld, !standing.isEmpty else { continue }
            // whoever reads a state that stands still goes another way
            let reads = component.contains { state in
                !standing.contains(state)
                    && equations[state]!.coefficients.keys.contains { standing.contains(Int($0.index)) }
            }
            let other = reads ? propagated(component, fraction, &graph, standing: standing) : free
            for state in component {
                let still = standing.contains(state) ? graph.leaf(.state, state) : other[state]!
                result[state] = graph.apply(.select, isHeld, still, free[state]!)
            }
        }
        return result
    }

    /// States that reach each other, in any direction.
    private var components: [[Int]] {
        var root = Dictionary(uniqueKeysWithValues: states.map { ($0, $0) })
        func find(_ state: Int) -> Int {
            var state = state
            while root[state]! != state { state = root[state]! }
            return state
        }
        for state in states.sorted() {
            for other in coefficients(of: state) { root[find(other)] = find(state) }
        }
        return Dictionary(grouping: states.sorted(), by: find).values.sorted { $0[0] < $1[0] }
    }

    private mutating func propagated(
        _ component: [Int], _ fraction: Double, _ graph: inout Graph, standing: Set<Int>
    ) -> [Int: Graph.ID] {
        let moving = component.filter { !standing.contains($0) }
        if component.count == 1 { return [component[0]: single(component[0], fraction, &graph)] }
        if moving.count == 1, !standing.isEmpty {
            return [moving[0]: single(moving[0], fraction, &graph, fixed: standing)]
        }
        return several(component, fraction, &graph, standing)
    }

    /// x(h) = x e^{a h} + h exprel(a h) (rest), a the state's own coefficient.
    private func single(_ state: Int, _ fraction: Double, _ graph: inout Graph, fixed: Set<Int> = []) -> Graph.ID {
        let equation = equations[state]!, own = Leaf(.state, state)
        let length = graph.apply(.multiply, graph.constant(fraction), graph.leaf(.stepLength))
        let x = graph.leaf(.state, state)
        var terms: [Graph.ID] = []
        var span = length
        if let rate = equation.coefficients[own] {
            let exponent = graph.apply(.multiply, rate, length)
            terms.append(graph.apply(.multiply, graph.apply(.exponential, exponent), x))
            span = graph.apply(.multiply, length, graph.apply(.relativeExponential, exponent))
        } else {
            terms.append(x)
        }
        for leaf in equation.coefficients.keys.sorted() where leaf != own {
            let factor = graph.apply(.multiply, span, equation.coefficients[leaf]!)
            terms.append(graph.apply(.multiply, factor, graph.leaf(.state, Int(leaf.index))))
        }
        let (constant, drives) = Self.split(equation.rest, &graph)
        for drive in drives {
            terms.append(graph.apply(.multiply, graph.apply(.multiply, span, drive.coefficient), drive.value))
        }
        terms.append(graph.apply(.multiply, span, constant))
        return graph.sum(terms.reversed())
    }

    private typealias Drive = (value: Graph.ID, coefficient: Graph.ID)

    /// What parameters give, and the rest as coefficients times what is held.
    private static func split(_ rest: Graph.ID, _ graph: inout Graph) -> (constant: Graph.ID, drives: [Drive]) {
        if graph.level(rest) <= .parameters { return (rest, []) }
        let affine = graph.affine([rest]) { $0.kind == .input }[0]
        guard let affine, graph.level(affine.rest) <= .parameters,
            affine.coefficients.values.allSatisfy({ graph.level($0) <= .parameters })
        else { return (graph.constant(0), [(rest, graph.constant(1))]) }
        let drives = affine.coefficients.keys.sorted().map { leaf -> Drive in
            (graph.leaf(.input, Int(leaf.index)), affine.coefficients[leaf]!)
        }
        return (affine.rest, drives)
    }

    private mutating func several(
        _ component: [Int], _ fraction: Double, _ graph: inout Graph, _ standing: Set<Int>
    ) -> [Int: Graph.ID] {
        let group = self.group(component, &graph, standing)
        let reach = Self.reach(groups[group], graph)
        var result: [Int: Graph.ID] = [:]
        for (row, state) in component.enumerated() where !standing.contains(state) {
            var terms: [Graph.ID] = []
            for column in reach[row].sorted() {
                let element = graph.leaf(
                    .propagator, place(of: Element(group: group, fraction: fraction, row: row, column: column)))
                if column < component.count {
                    terms.append(graph.apply(.multiply, element, graph.leaf(.state, component[column])))
                } else if column < component.count + groups[group].drives.count {
                    terms.append(graph.apply(.multiply, element, groups[group].drives[column - component.count]))
                } else {
                    terms.append(element)
                }
            }
            // the large terms last: they round once
            result[state] = graph.sum(terms.reversed())
        }
        return result
    }

    private mutating func place(of element: Element) -> Int {
        if let place = places[element] { return place }
        places[element] = elements.count
        elements.append(element)
        return elements.count - 1
    }

    private mutating func group(_ component: [Int], _ graph: inout Graph, _ standing: Set<Int>) -> Int {
        if let known = groups.firstIndex(where: { $0.states == component && $0.isHeld == !standing.isEmpty }) {
            return known
        }
        let zero = graph.constant(0)
        var drives: [Graph.ID] = [], rows: [[Graph.ID]] = [], driven: [[(Int, Graph.ID)]] = [],
            constants: [Graph.ID] = []
        for state in component {
            let equation = equations[state]!
            if standing.contains(state) {
                rows.append(component.map { _ in zero })
                driven.append([])
                constants.append(zero)
                continue
            }
            rows.append(component.map { equation.coefficients[Leaf(.state, $0)] ?? zero })
            let (constant, own) = Self.split(equation.rest, &graph)
            constants.append(constant)
            driven.append(
                own.map { drive in
                    let place = drives.firstIndex(of: drive.value) ?? drives.count
                    if place == drives.count { drives.append(drive.value) }
                    return (place, drive.coefficient)
                })
        }
        for row in rows.indices {
            var onto = drives.map { _ in zero }
            for (place, coefficient) in driven[row] { onto[place] = coefficient }
            rows[row] += onto + [constants[row]]
        }
        groups.append(Group(states: component, matrix: rows, drives: drives, isHeld: !standing.isEmpty))
        return groups.count - 1
    }

    /// For each row the columns that can differ from 0.
    private static func reach(_ group: Group, _ graph: Graph) -> [Set<Int>] {
        let count = group.states.count
        var reach = (0..<count).map { row in
            Set([row] + group.matrix[row].indices.filter { graph.constantValue(group.matrix[row][$0]) != 0 })
        }
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for row in 0..<count {
                let more = reach[row].filter { $0 < count }.reduce(reach[row]) { $0.union(reach[$1]) }
                if more.count > reach[row].count { (reach[row], isGrowing) = (more, true) }
            }
        }
        return reach
    }
}
