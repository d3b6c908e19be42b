/// What a machine for formulas can do with numbers. One table: formulas are simplified, counted, written down and run by it.
package enum Operator: UInt8, Sendable, CaseIterable {
    /// Nothing is worked out: a number of the text, and what comes from outside.
    case constant, leaf
    case copy
    case add, subtract, multiply, divide
    /// a b + c, c - a b, a b - c, each rounded once.
    case multiplyAdd, subtractProduct, multiplySubtract
    /// Others from another operand on: b - a, b / a, a + b c, a - b c, b c - a; a and c, of which b is true chooses the one or the other;
    /// b < a, b <= a; a a, a a a.
    case subtractFrom, divideInto, addProduct, lessProduct, productLess, keptWhere, replacedWhere, more, moreEqual,
        square, cube
    case negate, absolute, squareRoot, smaller, larger
    case exponential, exponentialLess1, relativeExponential
    case logarithm, logarithm10, power
    case sine, cosine, hyperbolicSine, hyperbolicCosine, hyperbolicTangent
    case floor, ceiling, truncate, remainder, sign
    /// 1 where it is so, else 0; not where one is NaN, except unequal.
    case less, lessEqual, equal, unequal
    case and, or, not
    /// b where a is 1, else c.
    case select
    /// A draw of the cell for this step and place in the text (`c`): uniform in [0, 1), standard normal, and of a distribution.
    case uniform, normal, binomial, poisson

    /// How many of a, b, c are values.
    package var operands: Int {
        switch self {
        case .constant, .leaf, .uniform, .normal: 0
        case .copy, .negate, .absolute, .squareRoot, .exponential, .exponentialLess1, .relativeExponential, .logarithm,
            .logarithm10, .sine, .cosine, .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent, .floor, .ceiling,
            .truncate, .sign, .not, .poisson, .square, .cube:
            1
        case .multiplyAdd, .subtractProduct, .multiplySubtract, .select, .addProduct, .lessProduct, .productLess,
            .keptWhere, .replacedWhere:
            3
        default: 2
        }
    }

    var isCommutative: Bool { [.add, .multiply, .equal, .unequal, .and, .or].contains(self) }

    /// Can it be part of a chain, take the result of the operation before as its first operand and hand its own to the next one?
    /// Functions and draws go through memory.
    var isChained: Bool {
        switch self {
        case .constant, .leaf, .copy, .exponential, .exponentialLess1, .relativeExponential, .logarithm, .logarithm10,
            .power, .sine, .cosine, .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent, .remainder, .uniform,
            .normal, .binomial, .poisson:
            false
        default: true
        }
    }

    /// The same with another operand first, and the order of operands then.
    func turned(_ slot: Int) -> (op: Operator, order: [Int])? {
        switch (self, slot) {
        case (_, 0): (self, Array(0..<operands))
        case (.add, 1), (.multiply, 1), (.equal, 1), (.unequal, 1), (.and, 1): (self, [1, 0])
        case (.subtract, 1): (.subtractFrom, [1, 0])
        case (.divide, 1): (.divideInto, [1, 0])
        case (.less, 1): (.more, [1, 0])
        case (.lessEqual, 1): (.moreEqual, [1, 0])
        case (.multiplyAdd, 1), (.subtractProduct, 1), (.multiplySubtract, 1): (self, [1, 0, 2])
        case (.multiplyAdd, 2): (.addProduct, [2, 0, 1])
        case (.subtractProduct, 2): (.lessProduct, [2, 0, 1])
        case (.multiplySubtract, 2): (.productLess, [2, 0, 1])
        case (.select, 1): (.keptWhere, [1, 0, 2])
        case (.select, 2): (.replacedWhere, [2, 0, 1])
        default: nil
        }
    }

    /// Functions with f(-x) = -f(x), of which the machine's results may differ in the last bit.
    var isOdd: Bool { [.sine, .hyperbolicSine, .hyperbolicTangent].contains(self) }

    var isRandom: Bool { [.uniform, .normal, .binomial, .poisson].contains(self) }

    /// Results on numbers alone that every processor rounds alike without help: what can be worked out while a text is read.
    func folded(_ a: Double, _ b: Double, _ c: Double) -> Double? {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .negate: -a
        case .absolute: abs(a)
        case .squareRoot: a.squareRoot()
        case .smaller: a < b ? a : b
        case .larger: a > b ? a : b
        case .floor: a.rounded(.down)
        case .ceiling: a.rounded(.up)
        case .truncate: a.rounded(.towardZero)
        case .sign: a > 0 ? 1 : a < 0 ? -1 : 0
        case .less: a < b ? 1 : 0
        case .lessEqual: a <= b ? 1 : 0
        case .equal: a == b ? 1 : 0
        case .unequal: a != b ? 1 : 0
        case .and: a * b
        case .or: max(a, b)
        case .not: 1 - a
        case .select: a == 1 ? b : c
        default: nil
        }
    }
}

/// What a formula gets from outside.
package struct Leaf: Hashable, Comparable, Sendable {
    package enum Kind: UInt8, Sendable {
        case parameter, state
        /// What is held over the step, what an arrival's spikes sum up to, and a port's sum of absolute weights.
        case input, weight, port
        /// The moment that a formula speaks of, the beginning of the step, its length; the length of a trial.
        case time, stepStart, stepLength, trialLength
        /// A state as it was at the end of the step before.
        case last
        /// What is worked out of parameters alone: a formula, and an element of a propagator.
        case derived, propagator
        /// Steps that an event's refractory time still lasts, and whether its condition held after the look before.
        case waiting, wasTrue
        /// A variable's slope at the beginning of a trial.
        case slope
        /// The place of the cell in its population, from 0.
        case index
        /// White noise.
        case noise
        /// Of a synapse: the delay, what its target has, and what the cell paired with it has.
        case delay, post, third
        /// Of a coupling: what its source and its target are at the moment, and how many connections end at the target.
        case preSignal, postSignal, incoming
    }

    package let kind: Kind
    package let index: Int32

    package init(_ kind: Kind, _ index: Int = 0) { (self.kind, self.index) = (kind, Int32(index)) }

    package static func < (a: Leaf, b: Leaf) -> Bool { (a.kind.rawValue, a.index) < (b.kind.rawValue, b.index) }

    /// How often it changes.
    var level: Graph.Level {
        switch kind {
        case .parameter, .derived, .propagator, .stepLength, .delay, .post, .third, .incoming: .parameters
        case .input: .step
        default: .always
        }
    }
}
