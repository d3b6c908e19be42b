import Equations

/// Where a value lies: one for each cell of a block, or one that all share.
struct Place {
    var base: UnsafeMutablePointer<Double>
    /// 1, or 0 for a value that all share; it is stored `Machine.width` times.
    var stride: Int
}

/// Where draws come from.
protocol DrawSource {
    /// Fills a block with uniform or normal numbers.
    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, count: Int)
    /// A count for one lane, with the operation's operands.
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double
}

/// Of programs that draw nothing.
struct NoDraws: DrawSource {
    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, count: Int) {
        target.update(repeating: .nan, count: count)
    }
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double { .nan }
}

/// Of neighbouring cells.
struct BlockDraws: DrawSource {
    let draws: CellDraws
    let first: Int

    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, count: Int) {
        draws.fill(target, op.draw, site: site, first: first, count: count)
    }
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double {
        draws.draw(op.draw, site: site, slot: first + lane, a, b)
    }
}

/// Of the cells that a function names, lane by lane.
struct LaneDraws: DrawSource {
    let one: (Operator, Int, Int, Double, Double) -> Double

    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, count: Int) {
        for lane in 0..<count { target[lane] = one(op, site, lane, 0, 0) }
    }
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double { one(op, site, lane, a, b) }
}

/// Runs programs over blocks of cells: one operation after the other, each over the whole block, in vectors.
///
/// Every lane does what a single cell would, so the width of the vectors never shows.
struct Machine {
    typealias Vector = LanePair
    /// Cells of a block come in multiples of it, whatever the width of the vectors.
    static let width = 16

    /// Of the running program; see `Program`.
    let places: UnsafePointer<Place>
    /// Cells, multiples of `width`; a program that draws goes from 0.
    let cells: Range<Int>

    /// - `draws`: what draws need.
    func run(_ program: UnsafeMutableBufferPointer<Program.Instruction>, _ draws: borrowing some DrawSource) {
        for instruction in program { run(instruction, draws) }
    }

    private func run(_ i: Program.Instruction, _ draws: borrowing some DrawSource) {
        switch i.op {
        case .constant, .leaf: break
        case .add: first(i) { a, b, _ in a + b }
        case .subtract: first(i) { a, b, _ in a - b }
        case .subtractFrom: first(i) { a, b, _ in b - a }
        case .multiply: first(i) { a, b, _ in a * b }
        case .divide: first(i) { a, b, _ in a.quotient(b) }
        case .multiplyAdd: first(i) { a, b, c in c.addingProduct(a, b) }
        case .subtractProduct: first(i) { a, b, c in c.subtractingProduct(a, b) }
        case .multiplySubtract: first(i) { a, b, c in a.times(b, less: c) }
        case .exponential, .exponentialLess1, .relativeExponential, .logarithm, .logarithm10, .power, .sine, .cosine,
            .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent, .remainder:
            function(i)
        case .uniform, .normal:
            draws.fill(places[Int(i.target)].base, i.op, site: Int(i.site), count: cells.upperBound)
        case .binomial, .poisson:
            for lane in cells {
                places[Int(i.target)].base[lane] = draws.draw(
                    i.op, site: Int(i.site), lane, value(i.a, lane), value(i.b, lane))
            }
        default: alone(i)
        }
    }

    /// An operation that may go on with a second one. The operators for which it does are those that `Operator.isSecond` names.
    @inline(__always)
    private func first(_ i: Program.Instruction, _ one: (Vector, Vector, Vector) -> Vector) {
        switch i.then {
        case .negate: only(i, one) { x in Vector.zeros - x }
        case .absolute: only(i, one) { x in x.magnitude }
        case .add: both(i, one) { x, d, _ in x + d }
        case .subtract: both(i, one) { x, d, _ in x - d }
        case .subtractFrom: both(i, one) { x, d, _ in d - x }
        case .multiply: both(i, one) { x, d, _ in x * d }
        case .divide: both(i, one) { x, d, _ in x.quotient(d) }
        case .divideInto: both(i, one) { x, d, _ in d.quotient(x) }
        case .multiplyAdd: both(i, one) { x, d, e in e.addingProduct(x, d) }
        case .subtractProduct: both(i, one) { x, d, e in e.subtractingProduct(x, d) }
        case .multiplySubtract: both(i, one) { x, d, e in x.times(d, less: e) }
        case .addProduct: both(i, one) { x, d, e in x.addingProduct(d, e) }
        case .lessProduct: both(i, one) { x, d, e in x.subtractingProduct(d, e) }
        case .productLess: both(i, one) { x, d, e in d.times(e, less: x) }
        case .smaller: both(i, one) { x, d, _ in x.orSmaller(d) }
        case .larger: both(i, one) { x, d, _ in x.orLarger(d) }
        case .keptWhere: both(i, one) { x, d, e in Vector.zeros.isLess(than: d).select(x, e) }
        case .replacedWhere: both(i, one) { x, d, e in Vector.zeros.isLess(than: d).select(e, x) }
        default: only(i, one) { x in x }
        }
    }

    private func alone(_ i: Program.Instruction) {
        let zero = Vector.zeros, one = Vector(repeating: 1)
        switch i.op {
        case .copy: unary(i) { $0 }
        case .negate: unary(i) { Vector.zeros - $0 }
        case .absolute: unary(i) { $0.magnitude }
        case .squareRoot: unary(i) { $0.root }
        case .floor: unary(i) { $0.floored }
        case .ceiling: unary(i) { $0.raised }
        case .truncate: unary(i) { $0.truncated }
        case .sign: unary(i) { zero.isLess(than: $0).select(one, $0.isLess(than: zero).select(zero - one, zero)) }
        case .not: unary(i) { one - $0 }
        case .smaller: binary(i) { $0.orSmaller($1) }
        case .larger, .or: binary(i) { $0.orLarger($1) }
        case .less: binary(i) { $0.isLess(than: $1).select(one, zero) }
        case .lessEqual: binary(i) { $1.isAtLeast($0).select(one, zero) }
        case .equal: binary(i) { $0.isAtLeast($1).and($1.isAtLeast($0)).select(one, zero) }
        case .unequal: binary(i) { $0.isAtLeast($1).and($1.isAtLeast($0)).select(zero, one) }
        case .and: binary(i) { $0 * $1 }
        case .select: ternary(i) { Vector.zeros.isLess(than: $0).select($1, $2) }
        default: preconditionFailure("\(i.op) is only the second of two operations")
        }
    }

    private func function(_ i: Program.Instruction) {
        switch i.op {
        case .exponential: patched(i, -708, 709, exponentialEverywhere) { exponential($0) }
        case .exponentialLess1: patched(i, -708, 709, exponentialLess1Everywhere) { exponentialLess1($0) }
        case .relativeExponential:
            patched(i, -708, 709, relativeExponential) { x in
                let zero = Vector.zeros, isZero = x.isAtLeast(zero).and(zero.isAtLeast(x))
                let quotient = exponentialLess1(x).quotient(isZero.select(Vector(repeating: 1), x))
                return isZero.select(Vector(repeating: 1), quotient)
            }
        case .logarithm: patched(i, 0x1p-1022, .greatestFiniteMagnitude, logarithmEverywhere) { logarithm($0) }
        case .logarithm10:
            patched(i, 0x1p-1022, .greatestFiniteMagnitude, AstroCore.logarithm10) {
                logarithm($0) * Vector(repeating: 0.4342944819032518)
            }
        case .hyperbolicTangent:
            patched(i, -20, 20, AstroCore.hyperbolicTangent) { x in
                let e = exponentialLess1(x * Vector(repeating: 2))
                return e.quotient(e + Vector(repeating: 2))
            }
        case .power: power(i)
        case .sine: scalar(i) { x, _ in sinCos(x).sin }
        case .cosine: scalar(i) { x, _ in sinCos(x).cos }
        case .hyperbolicSine: scalar(i) { x, _ in AstroCore.hyperbolicSine(x) }
        case .hyperbolicCosine: scalar(i) { x, _ in AstroCore.hyperbolicCosine(x) }
        default: scalar(i, AstroCore.remainder)
        }
    }

    // MARK: Loops

    @inline(__always)
    private func vector(_ place: Place, _ cell: Int) -> Vector { Vector(at: place.base + cell &* place.stride) }

    @inline(__always)
    private func value(_ place: Int32, _ cell: Int) -> Double {
        let place = places[Int(place)]
        return place.base[cell &* place.stride]
    }

    @inline(__always)
    private func unary(_ i: Program.Instruction, _ body: (Vector) -> Vector) {
        let a = places[Int(i.a)], target = places[Int(i.target)].base
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            body(vector(a, cell)).store(at: target + cell)
            cell &+= Vector.laneCount
        }
    }

    @inline(__always)
    private func binary(_ i: Program.Instruction, _ body: (Vector, Vector) -> Vector) {
        let a = places[Int(i.a)], b = places[Int(i.b)], target = places[Int(i.target)].base
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            body(vector(a, cell), vector(b, cell)).store(at: target + cell)
            cell &+= Vector.laneCount
        }
    }

    @inline(__always)
    private func ternary(_ i: Program.Instruction, _ body: (Vector, Vector, Vector) -> Vector) {
        let a = places[Int(i.a)], b = places[Int(i.b)], c = places[Int(i.c)], target = places[Int(i.target)].base
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            body(vector(a, cell), vector(b, cell), vector(c, cell)).store(at: target + cell)
            cell &+= Vector.laneCount
        }
    }

    /// One operation, and something that needs no operands.
    @inline(__always)
    private func only(
        _ i: Program.Instruction, _ one: (Vector, Vector, Vector) -> Vector, _ other: (Vector) -> Vector
    ) {
        let b = places[Int(i.b)]
        if b.stride == 0 {
            pass(i, Shared(b), Shared(b), one) { x, _, _ in other(x) }
        } else {
            pass(i, Own(b), Own(b), one) { x, _, _ in other(x) }
        }
    }

    @inline(__always)
    private func both(
        _ i: Program.Instruction, _ one: (Vector, Vector, Vector) -> Vector, _ other: (Vector, Vector, Vector) -> Vector
    ) {
        let b = places[Int(i.b)], d = places[Int(i.d)]
        switch (b.stride == 0, d.stride == 0) {
        case (true, true): pass(i, Shared(b), Shared(d), one, other)
        case (true, false): pass(i, Shared(b), Own(d), one, other)
        case (false, true): pass(i, Own(b), Shared(d), one, other)
        case (false, false): pass(i, Own(b), Own(d), one, other)
        }
    }

    /// Operands that a loop does not read are not loaded either.
    @inline(__always)
    private func pass(
        _ i: Program.Instruction, _ b: some Operand, _ d: some Operand, _ one: (Vector, Vector, Vector) -> Vector,
        _ other: (Vector, Vector, Vector) -> Vector
    ) {
        let a = places[Int(i.a)], c = places[Int(i.c)], e = places[Int(i.e)], target = places[Int(i.target)].base
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            let x = one(vector(a, cell), b[cell], vector(c, cell))
            other(x, d[cell], vector(e, cell)).store(at: target + cell)
            cell &+= Vector.laneCount
        }
    }

    /// A function whose vector form holds for `low` to `high`; cells outside go one by one.
    @inline(__always)
    private func patched(
        _ i: Program.Instruction, _ low: Double, _ high: Double, _ everywhere: (Double) -> Double,
        _ body: (Vector) -> Vector
    ) {
        let a = places[Int(i.a)], target = places[Int(i.target)].base
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            let x = vector(a, cell)
            let inside = x.isAtLeast(Vector(repeating: low)).and(Vector(repeating: high).isAtLeast(x)).bits
            body(x).store(at: target + cell)
            if inside != Vector.allBits {
                withTemporary(x) { x in
                    for lane in SetBits(Vector.allBits & ~inside) { target[cell &+ lane] = everywhere(x[lane]) }
                }
            }
            cell &+= Vector.laneCount
        }
    }

    /// The lanes of a vector, one by one. The target of an operation may be what it reads.
    private func withTemporary(_ x: Vector, _ body: (UnsafePointer<Double>) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: Vector.laneCount * 8, alignment: 64) { memory in
            let lanes = memory.bindMemory(to: Double.self).baseAddress!
            x.store(at: lanes)
            body(lanes)
        }
    }

    private func scalar(_ i: Program.Instruction, _ body: (Double, Double) -> Double) {
        let target = places[Int(i.target)].base
        for cell in cells { target[cell] = body(value(i.a, cell), value(i.b, cell)) }
    }

    /// x^y as `AstroCore.power` has it.
    private func power(_ i: Program.Instruction) {
        let a = places[Int(i.a)], b = places[Int(i.b)], target = places[Int(i.target)].base
        var cell = cells.lowerBound
        while cell < cells.upperBound {
            let x = vector(a, cell), y = vector(b, cell), one = Vector(repeating: 1)
            let product = y * logarithm(x)
            let isUsual = x.isAtLeast(Vector(repeating: 0x1p-1022)).and(
                Vector(repeating: .greatestFiniteMagnitude).isAtLeast(x))
            let inside = product.isAtLeast(Vector(repeating: -708)).and(Vector(repeating: 709).isAtLeast(product))
            let isOne = y.isAtLeast(one).and(one.isAtLeast(y)).bits
            let regular = isUsual.bits & inside.bits & ~isOne
            exponential(product).store(at: target + cell)
            if regular != Vector.allBits {
                withTemporary(x) { x in
                    withTemporary(y) { y in
                        for lane in SetBits(Vector.allBits & ~regular) {
                            target[cell &+ lane] = AstroCore.power(x[lane], y[lane])
                        }
                    }
                }
            }
            cell &+= Vector.laneCount
        }
    }
}

/// An operand of which a loop knows whether all cells share it: then it stays in a register.
private protocol Operand {
    subscript(cell: Int) -> Machine.Vector { get }
}

private struct Shared: Operand {
    private let value: Machine.Vector
    @inline(__always) init(_ place: Place) { value = Machine.Vector(repeating: place.base.pointee) }
    @inline(__always) subscript(cell: Int) -> Machine.Vector { value }
}

private struct Own: Operand {
    private let base: UnsafeMutablePointer<Double>
    @inline(__always) init(_ place: Place) { base = place.base }
    @inline(__always) subscript(cell: Int) -> Machine.Vector { Machine.Vector(at: base + cell) }
}
