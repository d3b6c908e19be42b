import AstroBase

/// How equations are taken from one step to the next.
package enum Method: String, Sendable, CaseIterable {
    case auto, exact, euler
    case exponentialEuler = "exponential_euler"
    case heun, milstein, rk4, rkf45

    static func named(_ name: String) throws -> Method {
        if let method = Method(rawValue: name) { return method }
        throw InputError.unknown("method: there is no method", name, among: allCases.map(\.rawValue))
    }

    var takesNoise: Bool { [.auto, .euler, .milstein, .heun].contains(self) }
}

/// Values after a step, as formulas of those before it.
///
/// Each method is a way to write the new values down; what they have in common is worked out once, as everywhere in the graph.
struct Stepper {
    let facts: ModelFacts
    var graph: Graph
    /// States that stand still, by event.
    let holds: [(isHeld: Graph.ID, states: Set<Int>)]

    init(_ facts: ModelFacts) {
        self.facts = facts
        graph = facts.graph
        var holds: [(Graph.ID, Set<Int>)] = []
        for (index, event) in facts.events.enumerated() where !event.holds.isEmpty {
            let waiting = graph.leaf(.waiting, index)
            holds.append((graph.apply(.less, graph.constant(0), waiting), Set(event.holds)))
        }
        self.holds = holds
    }

    /// 1 where a state stands still; nil where it never does.
    mutating func isHeld(_ state: Int) -> Graph.ID? {
        var result: Graph.ID?
        for hold in holds where hold.states.contains(state) {
            result = result.map { graph.apply(.or, $0, hold.isHeld) } ?? hold.isHeld
        }
        return result
    }

    mutating func state(_ index: Int) -> Graph.ID { graph.leaf(.state, index) }
    mutating func length() -> Graph.ID { graph.leaf(.stepLength) }

    /// A moment of the step: its beginning plus a fraction of it.
    mutating func moment(_ fraction: Double) -> Graph.ID {
        let start = graph.leaf(.stepStart), length = length()
        return graph.apply(.add, start, graph.apply(.multiply, graph.constant(fraction), length))
    }

    /// Slopes where states have other values, at some moment.
    mutating func slopes(_ of: [Int], _ values: [Int: Graph.ID], time: Graph.ID) -> [Int: Graph.ID] {
        let roots = graph.replacing(of.map { facts.states[$0].slope }) { leaf in
            switch leaf.kind {
            case .state: values[Int(leaf.index)]
            case .time: time
            default: nil
            }
        }
        return standing(Dictionary(uniqueKeysWithValues: zip(of, roots)))
    }

    /// 0 where a state stands still.
    private mutating func standing(_ slopes: [Int: Graph.ID]) -> [Int: Graph.ID] {
        let zero = graph.constant(0)
        var result = slopes
        for state in slopes.keys.sorted() {
            if let held = isHeld(state) { result[state] = graph.apply(.select, held, zero, slopes[state]!) }
        }
        return result
    }

    private mutating func moved(_ states: [Int], by slopes: [Int: Graph.ID], _ length: Graph.ID) -> [Int: Graph.ID] {
        var result: [Int: Graph.ID] = [:]
        for state in states {
            result[state] = graph.apply(.add, self.state(state), graph.apply(.multiply, length, slopes[state]!))
        }
        return result
    }

    private mutating func scaled(_ factor: Double) -> Graph.ID {
        let length = length()
        return graph.apply(.multiply, graph.constant(factor), length)
    }

    // MARK: Methods

    /// `known`: values of other states at the middle and the end of the step.
    mutating func rk4(_ states: [Int], middle: [Int: Graph.ID], end: [Int: Graph.ID]) -> [Int: Graph.ID] {
        let half = scaled(0.5), whole = length()
        let start = moment(0), halfway = moment(0.5), finish = moment(1)
        let k1 = slopes(states, [:], time: start)
        let y2 = moved(states, by: k1, half)
        let k2 = slopes(states, middle.merging(y2) { $1 }, time: halfway)
        let y3 = moved(states, by: k2, half)
        let k3 = slopes(states, middle.merging(y3) { $1 }, time: halfway)
        let y4 = moved(states, by: k3, whole)
        let k4 = slopes(states, end.merging(y4) { $1 }, time: finish)
        let sixth = scaled(1.0 / 6), two = graph.constant(2)
        var result: [Int: Graph.ID] = [:]
        for state in states {
            let middle = graph.apply(.add, k2[state]!, k3[state]!)
            let ends = graph.apply(.add, k1[state]!, k4[state]!)
            let sum = graph.apply(.add, ends, graph.apply(.multiply, two, middle))
            result[state] = graph.apply(.add, self.state(state), graph.apply(.multiply, sixth, sum))
        }
        return result
    }

    /// dW of each noise: a normal deviate times the root of the step.
    private mutating func increments() -> [Graph.ID] {
        let length = length()
        let root = graph.apply(.squareRoot, length)
        return facts.noises.indices.map { index in
            graph.apply(.multiply, root, graph.draw(.normal, site: index))
        }
    }

    /// The sum of a state's noise terms, at some values of the states.
    private mutating func noise(_ state: Int, _ values: [Int: Graph.ID], _ dW: [Graph.ID], time: Graph.ID) -> Graph.ID?
    {
        let terms = facts.states[state].noise.sorted { $0.key < $1.key }
        if terms.isEmpty { return nil }
        let coefficients = graph.replacing(terms.map(\.value)) { leaf in
            leaf.kind == .state ? values[Int(leaf.index)] : leaf.kind == .time ? time : nil
        }
        let sum = graph.sum(zip(terms, coefficients).map { graph.apply(.multiply, $1, dW[$0.key]) })
        guard let held = isHeld(state) else { return sum }
        return graph.apply(.select, held, graph.constant(0), sum)
    }

    /// Euler and Maruyama (1955); with `milstein` its correction of order 1.
    mutating func euler(_ states: [Int], milstein: Bool) throws -> [Int: Graph.ID] {
        let start = moment(0), dW = increments()
        let slopes = slopes(states, [:], time: start)
        var result = moved(states, by: slopes, length())
        for state in states {
            guard let noise = noise(state, [:], dW, time: start) else { continue }
            result[state] = graph.apply(.add, result[state]!, noise)
            if milstein, let correction = try correction(state, dW, time: start) {
                result[state] = graph.apply(.add, result[state]!, correction)
            }
        }
        return result
    }

    /// g g' (dW^2 - h)/2, g the noise's coefficient.
    private mutating func correction(_ state: Int, _ dW: [Graph.ID], time: Graph.ID) throws -> Graph.ID? {
        let noise = facts.states[state].noise
        guard noise.count == 1, let (index, g) = noise.first,
            facts.states.indices.allSatisfy({ $0 == state || facts.states[$0].noise[index] == nil })
        else { throw error(state, "milstein needs a noise of its own in each line that has one") }
        guard let slope = graph.derivative(g, by: Leaf(.state, state)) else {
            throw error(state, "milstein needs the derivative of the noise's factor, which does not exist here")
        }
        if graph.constantValue(slope) == 0 { return nil }
        let parts = graph.replacing([g, slope]) { $0.kind == .time ? time : nil }
        let length = length()
        let excess = graph.apply(.subtract, graph.apply(.multiply, dW[index], dW[index]), length)
        let product = graph.apply(.multiply, parts[0], graph.apply(.multiply, parts[1], excess))
        let half = graph.apply(.multiply, graph.constant(0.5), product)
        guard let held = isHeld(state) else { return half }
        return graph.apply(.select, held, graph.constant(0), half)
    }

    /// Heun's method, in Stratonovich's sense where there is noise.
    mutating func heun(_ states: [Int]) -> [Int: Graph.ID] {
        let start = moment(0), end = moment(1), dW = increments(), half = scaled(0.5)
        let first = slopes(states, [:], time: start)
        var guess = moved(states, by: first, length())
        var firstNoise: [Int: Graph.ID] = [:]
        for state in states {
            firstNoise[state] = noise(state, [:], dW, time: start)
            if let noise = firstNoise[state] { guess[state] = graph.apply(.add, guess[state]!, noise) }
        }
        let second = slopes(states, guess, time: end)
        var result: [Int: Graph.ID] = [:]
        for state in states {
            let sum = graph.apply(.add, first[state]!, second[state]!)
            result[state] = graph.apply(.add, self.state(state), graph.apply(.multiply, half, sum))
            guard let before = firstNoise[state], let after = noise(state, guess, dW, time: end) else { continue }
            let mean = graph.apply(.multiply, graph.constant(0.5), graph.apply(.add, before, after))
            result[state] = graph.apply(.add, result[state]!, mean)
        }
        return result
    }

    /// x + h f exprel(a h), where f = a x + b and a, b do not contain x.
    mutating func exponentialEuler(_ states: [Int]) throws -> [Int: Graph.ID] {
        let start = moment(0), length = length()
        let slopes = slopes(states, [:], time: start)
        var result: [Int: Graph.ID] = [:]
        for state in states {
            let own = Leaf(.state, state)
            guard let affine = graph.affine([facts.states[state].slope], in: { $0 == own })[0] else {
                throw error(state, "exponential_euler needs an equation that is linear in its own state")
            }
            let rate = affine.coefficients[own].map { graph.replacing([$0]) { $0.kind == .time ? start : nil }[0] }
            let factor =
                rate.map { graph.apply(.relativeExponential, graph.apply(.multiply, $0, length)) } ?? graph.constant(1)
            let change = graph.apply(.multiply, graph.apply(.multiply, slopes[state]!, factor), length)
            result[state] = graph.apply(.add, self.state(state), change)
        }
        return result
    }

    func error(_ state: Int, _ message: String) -> InputError {
        let line = facts.states[state].line.map { ", line \($0.line)" } ?? ""
        return InputError("equations\(line): d\(facts.states[state].name)/dt: \(message)")
    }
}

/// One trial of Fehlberg's method of order 4 and 5, as formulas.
extension Stepper {
    /// New values, slopes there, and the largest error over what is allowed.
    mutating func trial(_ states: [Int], tolerance: Double) -> (
        values: [Int: Graph.ID], slopes: [Int: Graph.ID], error: Graph.ID
    ) {
        let h = graph.leaf(.trialLength), start = graph.leaf(.time)
        var k: [[Int: Graph.ID]] = [Dictionary(uniqueKeysWithValues: states.map { ($0, graph.leaf(.slope, $0)) })]
        for (node, row) in zip(Fehlberg.nodes, Fehlberg.stages) {
            let time = graph.apply(.add, start, graph.apply(.multiply, graph.constant(node), h))
            k.append(slopes(states, combined(states, row, k, h), time: time))
        }
        let values = combined(states, Fehlberg.fifth, k, h)
        let end = slopes(states, values, time: graph.apply(.add, start, h))
        let allowed = graph.constant(tolerance)
        var worst: Graph.ID?
        for state in states where graph.constantValue(end[state]!) != 0 {
            let error = graph.apply(.multiply, h, weighted(Fehlberg.difference, k, state))
            let change = graph.apply(.smaller, change(end[state]!, 1, h), change(k[0][state]!, Self.steepest, h))
            let scale = graph.apply(.add, allowed, graph.apply(.multiply, allowed, change))
            let ratio = graph.apply(.divide, graph.apply(.absolute, error), scale)
            // one that is no number is too large
            let bounded = graph.apply(.smaller, ratio, graph.constant(Self.largestRatio))
            worst = worst.map { graph.apply(.larger, $0, bounded) } ?? bounded
        }
        return (values, end, worst ?? graph.constant(0))
    }

    /// What is allowed grows with the slope at the end, but not where that has become so many times steeper: a trial that explodes
    /// must not allow itself to.
    private static let steepest = 1000.0
    private static let largestRatio = 1e30

    private mutating func change(_ slope: Graph.ID, _ factor: Double, _ h: Graph.ID) -> Graph.ID {
        let change = graph.apply(.multiply, h, graph.apply(.multiply, graph.constant(factor), slope))
        return graph.apply(.absolute, change)
    }

    private mutating func weighted(_ weights: [Double], _ k: [[Int: Graph.ID]], _ state: Int) -> Graph.ID {
        let terms = zip(weights, k).filter { $0.0 != 0 }.map {
            graph.apply(.multiply, graph.constant($0.0), $0.1[state]!)
        }
        return graph.sum(terms)
    }

    private mutating func combined(_ states: [Int], _ weights: [Double], _ k: [[Int: Graph.ID]], _ h: Graph.ID) -> [Int:
        Graph.ID]
    {
        var result: [Int: Graph.ID] = [:]
        for state in states {
            let change = graph.apply(.multiply, h, weighted(weights, k, state))
            result[state] = graph.apply(.add, self.state(state), change)
        }
        return result
    }

    /// Fehlberg (1969), NASA TR R-315.
    private enum Fehlberg {
        static let nodes = [1.0 / 4, 3.0 / 8, 12.0 / 13, 1, 1.0 / 2]
        static let stages: [[Double]] = [
            [1.0 / 4], [3.0 / 32, 9.0 / 32], [1932.0 / 2197, -7200.0 / 2197, 7296.0 / 2197],
            [439.0 / 216, -8, 3680.0 / 513, -845.0 / 4104],
            [-8.0 / 27, 2, -3544.0 / 2565, 1859.0 / 4104, -11.0 / 40],
        ]
        static let fifth = [16.0 / 135, 0, 6656.0 / 12825, 28561.0 / 56430, -9.0 / 50, 2.0 / 55]
        /// The fifth order less the fourth.
        static let difference = [1.0 / 360, 0, -128.0 / 4275, -2197.0 / 75240, 1.0 / 50, 2.0 / 55]
    }
}
