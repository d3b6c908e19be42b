import CLanes
import Equations

/// Where a value lies: one for each cell of a block, or one that all share.
struct Place {
    var base: UnsafeMutablePointer<Double>
    /// 1, or 0 for a value that all share; it is stored `Machine.width` times.
    var stride: Int
}

/// Where draws come from.
protocol DrawSource {
    /// Fills memory with uniform or normal numbers of some lanes.
    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, _ lanes: Range<Int>)
    /// A count for one lane, with the operation's operands.
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double
}

/// Of programs that draw nothing.
struct NoDraws: DrawSource {
    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, _ lanes: Range<Int>) {
        target.update(repeating: .nan, count: lanes.count)
    }
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double { .nan }
}

/// Of neighbouring cells.
struct BlockDraws: DrawSource {
    let draws: CellDraws
    let first: Int

    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, _ lanes: Range<Int>) {
        draws.fill(target, op.draw, site: site, first: first + lanes.lowerBound, count: lanes.count)
    }
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double {
        draws.draw(op.draw, site: site, slot: first + lane, a, b)
    }
}

/// Of the cells that a function names, lane by lane.
struct LaneDraws: DrawSource {
    let one: (Operator, Int, Int, Double, Double) -> Double

    func fill(_ target: UnsafeMutablePointer<Double>, _ op: Operator, site: Int, _ lanes: Range<Int>) {
        for lane in lanes { target[lane - lanes.lowerBound] = one(op, site, lane, 0, 0) }
    }
    func draw(_ op: Operator, site: Int, _ lane: Int, _ a: Double, _ b: Double) -> Double { one(op, site, lane, a, b) }
}

/// A program made ready for where its places lie: chains of operations (`Chain.h`), and functions in between.
///
/// A chunk of cells goes through the whole program before the next one, so that registers are small. Every lane does what a single cell
/// would, so neither the width of vectors nor the size of chunks ever shows.
///
/// It holds no references, which would be counted at each run: of a small model's step that takes a part.
struct Machine {
    typealias Vector = LanePair
    /// Cells of a block come in multiples of it, whatever the width of the vectors.
    static let width = 16

    /// Operations that go through vectors in registers, then a function or a draw, whose operands and result lie in memory.
    private struct Part {
        let chain: UnsafePointer<astro_link>
        let function: Program.Instruction?
    }

    /// The largest chunk.
    private let chunk = Int(astro_chain_cells())
    /// Of the frame.
    private let places: UnsafePointer<Place>
    /// Where places lie for the chunk.
    private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<Double>?>
    /// Places that lie elsewhere in each chunk.
    private let moving: UnsafeMutableBufferPointer<Int>
    private let links: UnsafeMutableBufferPointer<astro_link>
    /// For chunks of 16 cells, 32 and so on: as many for each.
    private let parts: UnsafeMutableBufferPointer<Part>
    private let partsPerChunk: Int

    /// - `places`: live as long as this; their strides stay.
    init(_ program: Program, _ places: UnsafePointer<Place>) {
        self.places = places
        pointers = .allocate(capacity: max(program.places, 1))
        for place in 0..<program.places { (pointers + place).initialize(to: places[place].base) }
        moving = Self.list((0..<program.firstRegister).filter { places[$0].stride != 0 })
        let sizes = Array(sequence(first: Self.width) { [chunk] in $0 < chunk ? 2 * $0 : nil })
        let made = sizes.map { Linker(program, places, cells: $0) }
        links = Self.list(made.flatMap(\.links))
        var parts: [Part] = [], first = links.baseAddress!
        for linker in made {
            parts += linker.parts.map { Part(chain: first + $0.first, function: $0.function) }
            first += linker.links.count
        }
        (self.parts, partsPerChunk) = (Self.list(parts), parts.count / made.count)
    }

    private static func list<T>(_ elements: [T]) -> UnsafeMutableBufferPointer<T> {
        let list = UnsafeMutableBufferPointer<T>.allocate(capacity: elements.count)
        _ = list.initialize(from: elements)
        return list
    }

    func deallocate() {
        pointers.deallocate()
        moving.deallocate()
        links.deallocate()
        parts.deallocate()
    }

    /// A place lies elsewhere now.
    func move(_ place: Int) { pointers[place] = places[place].base }

    /// - `cells`: multiples of `width`.
    /// - `draws`: what draws need.
    func run(_ cells: Range<Int>, _ draws: borrowing some DrawSource) {
        var first = cells.lowerBound, size = chunk, part = parts.baseAddress! + (parts.count &- partsPerChunk)
        while first < cells.upperBound {
            while size > cells.upperBound &- first { (size, part) = (size / 2, part - partsPerChunk) }
            for place in moving { pointers[place] = places[place].base + first }
            for index in 0..<partsPerChunk {
                astro_run_chain(part[index].chain, pointers)
                if let function = part[index].function { run(function, first..<first &+ size, draws) }
            }
            first &+= size
        }
    }

    @inline(never)
    private func run(_ i: Program.Instruction, _ cells: Range<Int>, _ draws: borrowing some DrawSource) {
        let operands = Operands(
            target: pointers[Int(i.target!)]!, a: place(i.a), b: place(i.b), count: cells.count)
        switch i.op {
        case .uniform, .normal: draws.fill(operands.target, i.op, site: Int(i.site), cells)
        case .binomial, .poisson:
            for lane in 0..<cells.count {
                let (a, b) = operands[lane]
                operands.target[lane] = draws.draw(i.op, site: Int(i.site), cells.lowerBound + lane, a, b)
            }
        default: operands.function(i.op)
        }
    }

    private func place(_ place: Int32) -> Place {
        Place(base: pointers[Int(place)]!, stride: places[Int(place)].stride)
    }
}

/// Writes the links of a program for a number of cells.
private struct Linker {
    private let program: Program
    private let places: UnsafePointer<Place>
    private let cells: Int
    private(set) var links: [astro_link] = []
    /// By their first link.
    private(set) var parts: [(first: Int, function: Program.Instruction?)] = []

    init(_ program: Program, _ places: UnsafePointer<Place>, cells: Int) {
        (self.program, self.places, self.cells) = (program, places, cells)
        var first = 0
        for instruction in program.instructions {
            if instruction.op.link != nil {
                add(instruction)
            } else {
                end(&first, instruction)
            }
        }
        end(&first, nil)
    }

    private mutating func end(_ first: inout Int, _ function: Program.Instruction?) {
        link(astro_chain_end)
        parts.append((first, function))
        first = links.count
    }

    private mutating func add(_ i: Program.Instruction) {
        var known = i.goesOn ? astro_chain_goes_on : 0
        if i.target != nil { known |= astro_chain_keeps }
        if i.op == .copy { return take(i.a, known, into: i.target) }
        // the first operand is loaded as it is
        if !i.goesOn, i.op.operands > 0, isShared(i.a) {
            take(i.a)
            known |= astro_chain_goes_on
        }
        if i.op.operands > 1, isShared(i.b) { known |= astro_chain_shares_b }
        if i.op.operands > 2, isShared(i.c) { known |= astro_chain_shares_c }
        link(i.op.link!, known, into: i.target, i.a, i.b, i.c)
    }

    private func isShared(_ place: Int32) -> Bool { places[Int(place)].stride == 0 }

    private mutating func take(_ place: Int32, _ known: Int = 0, into target: Int32? = nil) {
        link(astro_chain_take, isShared(place) ? known | astro_chain_shares_b : known, into: target, 0, place)
    }

    private mutating func link(
        _ operation: astro_chain_operation, _ known: Int = 0, into target: Int32? = nil, _ a: Int32 = 0,
        _ b: Int32 = 0, _ c: Int32 = 0
    ) {
        let code = astro_chain_find(operation, UInt32(known), Int32(cells))
        links.append(astro_link(run: code, target: UInt32(target ?? 0), a: UInt32(a), b: UInt32(b), c: UInt32(c)))
    }
}

extension Operator {
    /// What it is in chains; nil of functions and draws.
    fileprivate var link: astro_chain_operation? {
        switch self {
        case .copy: astro_chain_take
        case .square: astro_chain_square
        case .cube: astro_chain_cube
        case .negate: astro_chain_negate
        case .absolute: astro_chain_absolute
        case .squareRoot: astro_chain_square_root
        case .floor: astro_chain_floor
        case .ceiling: astro_chain_ceiling
        case .truncate: astro_chain_truncate
        case .sign: astro_chain_sign
        case .not: astro_chain_not
        case .add: astro_chain_add
        case .subtract: astro_chain_subtract
        case .subtractFrom: astro_chain_subtract_from
        case .multiply, .and: astro_chain_multiply
        case .divide: astro_chain_divide
        case .divideInto: astro_chain_divide_into
        case .smaller: astro_chain_smaller
        case .larger, .or: astro_chain_larger
        case .less: astro_chain_less
        case .lessEqual: astro_chain_less_equal
        case .more: astro_chain_more
        case .moreEqual: astro_chain_more_equal
        case .equal: astro_chain_equal
        case .unequal: astro_chain_unequal
        case .multiplyAdd: astro_chain_multiply_add
        case .subtractProduct: astro_chain_subtract_product
        case .multiplySubtract: astro_chain_multiply_subtract
        case .addProduct: astro_chain_add_product
        case .lessProduct: astro_chain_less_product
        case .productLess: astro_chain_product_less
        case .select: astro_chain_select
        case .keptWhere: astro_chain_kept_where
        case .replacedWhere: astro_chain_replaced_where
        default: nil
        }
    }
}

/// Where a function of some cells finds its operands.
private struct Operands {
    typealias Vector = Machine.Vector

    let target: UnsafeMutablePointer<Double>
    let a, b: Place
    let count: Int

    func function(_ op: Operator) {
        switch op {
        case .exponential: patched(-708, 709, exponentialEverywhere) { exponential($0) }
        case .exponentialLess1: patched(-708, 709, exponentialLess1Everywhere) { exponentialLess1($0) }
        case .relativeExponential:
            patched(-708, 709, relativeExponential) { x in
                let zero = Vector.zeros, isZero = x.isAtLeast(zero).and(zero.isAtLeast(x))
                let quotient = exponentialLess1(x).quotient(isZero.select(Vector(repeating: 1), x))
                return isZero.select(Vector(repeating: 1), quotient)
            }
        case .logarithm: patched(0x1p-1022, .greatestFiniteMagnitude, logarithmEverywhere) { logarithm($0) }
        case .logarithm10:
            patched(0x1p-1022, .greatestFiniteMagnitude, AstroCore.logarithm10) {
                logarithm($0) * Vector(repeating: 0.4342944819032518)
            }
        case .hyperbolicTangent:
            patched(-20, 20, AstroCore.hyperbolicTangent) { x in
                let e = exponentialLess1(x * Vector(repeating: 2))
                return e.quotient(e + Vector(repeating: 2))
            }
        case .power: power()
        case .sine: scalar { x, _ in sinCos(x).sin }
        case .cosine: scalar { x, _ in sinCos(x).cos }
        case .hyperbolicSine: scalar { x, _ in AstroCore.hyperbolicSine(x) }
        case .hyperbolicCosine: scalar { x, _ in AstroCore.hyperbolicCosine(x) }
        default: scalar(AstroCore.remainder)
        }
    }

    // MARK: Loops

    @inline(__always)
    private func vector(_ place: Place, _ cell: Int) -> Vector { Vector(at: place.base + cell &* place.stride) }

    /// A function whose vector form holds for `low` to `high`; cells outside go one by one.
    @inline(__always)
    private func patched(
        _ low: Double, _ high: Double, _ everywhere: (Double) -> Double, _ body: (Vector) -> Vector
    ) {
        var cell = 0
        while cell < count {
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
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Vector.laneCount) { memory in
            let lanes = memory.baseAddress!
            x.store(at: lanes)
            body(lanes)
        }
    }

    subscript(cell: Int) -> (Double, Double) { (a.base[cell &* a.stride], b.base[cell &* b.stride]) }

    /// A function that has no vector form.
    private func scalar(_ body: (Double, Double) -> Double) {
        for cell in 0..<count {
            let (x, y) = self[cell]
            target[cell] = body(x, y)
        }
    }

    /// x^y as `AstroCore.power` has it.
    private func power() {
        var cell = 0
        while cell < count {
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
