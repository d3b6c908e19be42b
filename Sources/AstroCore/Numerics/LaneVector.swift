/// What a kernel computes with: one cell a lane, in one vector or in two or four side by side.
///
/// Most kernels are chains of operations that wait for each other. Several vectors of cells at once keep the processor busy
/// meanwhile (Docs/performance.md has the figures); a kernel says which it wants by the type it names.
package protocol LaneVector: Arithmetic {
    associatedtype Mask: LaneVectorMask where Mask.Vector == Self
    static var laneCount: Int { get }
    /// self - a b, rounded once.
    func subtractingProduct(_ a: Self, _ b: Self) -> Self
    /// self a - b, rounded once.
    func times(_ a: Self, less b: Self) -> Self
    /// self / a with the same bits, fast where there are many: by multiplications, in part or all.
    func quotient(_ a: Self) -> Self
    /// self where it is larger (smaller), else `a`: also where one is NaN.
    func orLarger(_ a: Self) -> Self
    func orSmaller(_ a: Self) -> Self
    var magnitude: Self { get }
    /// Square root, and whole numbers: down, up, towards 0.
    var root: Self { get }
    var floored: Self { get }
    var raised: Self { get }
    var truncated: Self { get }
    /// Not where one is NaN.
    func isLess(than a: Self) -> Mask
    func isAtLeast(_ a: Self) -> Mask
    init(at pointer: UnsafePointer<Double>)
    func store(at pointer: UnsafeMutablePointer<Double>)
    /// The same lanes in single precision, rounded; and back.
    associatedtype Single: SingleVector
    var narrowed: Single { get }
    init(widening: Single)
    /// Those of two vectors, which take the place of one.
    associatedtype SingleOfPair: SingleVector
    static func narrowed(_ a: Self, _ b: Self) -> SingleOfPair
    static func widened(_ x: SingleOfPair) -> (Self, Self)
}

package protocol LaneVectorMask {
    associatedtype Vector
    /// One bit a lane, the first lowest.
    var bits: LaneBits { get }
    init(bits: LaneBits)
    func and(_ a: Self) -> Self
    /// a where it is set, else b.
    func select(_ a: Vector, _ b: Vector) -> Vector
}

extension LaneVector {
    @inline(__always) package static var zeros: Self { Self(repeating: 0) }
    /// The larger magnitude.
    @inline(__always) package func orLargerMagnitude(_ a: Self) -> Self { magnitude.orLarger(a.magnitude) }
    /// A bit for every lane.
    @inline(__always) package static var allBits: LaneBits { LaneBits.max >> LaneBits(LaneBits.bitWidth - laneCount) }
}

extension Lanes: LaneVector {
    package typealias Mask = LaneMask
    @inline(__always) package static var laneCount: Int { scalarCount }
}

extension LaneMask: LaneVectorMask {}

/// Two and four vectors of neighbouring cells.
package typealias LanePair = Paired<Lanes>
package typealias LaneQuad = Paired<LanePair>

/// Two vectors of neighbouring cells as one.
package struct Paired<Half: LaneVector>: LaneVector {
    let a, b: Half

    @inline(__always)
    init(_ a: Half, _ b: Half) { (self.a, self.b) = (a, b) }

    package struct Mask: LaneVectorMask {
        let a, b: Half.Mask

        @inline(__always) init(_ a: Half.Mask, _ b: Half.Mask) { (self.a, self.b) = (a, b) }
        @inline(__always) package var bits: LaneBits { a.bits | b.bits &<< LaneBits(Half.laneCount) }
        @inline(__always) package init(bits: LaneBits) {
            self.init(
                Half.Mask(bits: bits & Half.allBits),
                Half.Mask(bits: (bits &>> LaneBits(Half.laneCount)) & Half.allBits))
        }
        @inline(__always) package func and(_ m: Self) -> Self { Self(a.and(m.a), b.and(m.b)) }
        @inline(__always) package func select(_ x: Paired, _ y: Paired) -> Paired {
            Paired(a.select(x.a, y.a), b.select(x.b, y.b))
        }
    }

    @inline(__always) package static var laneCount: Int { 2 * Half.laneCount }
    @inline(__always) package init(repeating x: Double) { self.init(Half(repeating: x), Half(repeating: x)) }
    @inline(__always) package init(at pointer: UnsafePointer<Double>) {
        self.init(Half(at: pointer), Half(at: pointer + Half.laneCount))
    }
    @inline(__always) package func store(at pointer: UnsafeMutablePointer<Double>) {
        a.store(at: pointer)
        b.store(at: pointer + Half.laneCount)
    }

    @inline(__always) package static func + (x: Self, y: Self) -> Self { Self(x.a + y.a, x.b + y.b) }
    @inline(__always) package static func - (x: Self, y: Self) -> Self { Self(x.a - y.a, x.b - y.b) }
    @inline(__always) package static func * (x: Self, y: Self) -> Self { Self(x.a * y.a, x.b * y.b) }
    @inline(__always) package static func / (x: Self, y: Self) -> Self { Self(x.a / y.a, x.b / y.b) }
    @inline(__always) package func addingProduct(_ x: Self, _ y: Self) -> Self {
        Self(a.addingProduct(x.a, y.a), b.addingProduct(x.b, y.b))
    }
    @inline(__always) package func subtractingProduct(_ x: Self, _ y: Self) -> Self {
        Self(a.subtractingProduct(x.a, y.a), b.subtractingProduct(x.b, y.b))
    }
    @inline(__always) package func times(_ x: Self, less y: Self) -> Self {
        Self(a.times(x.a, less: y.a), b.times(x.b, less: y.b))
    }
    /// One half keeps the divider busy, which takes as long as all the multiplications of the other one.
    @inline(__always) package func quotient(_ x: Self) -> Self { Self(a / x.a, b.quotient(x.b)) }
    @inline(__always) package func orLarger(_ x: Self) -> Self { Self(a.orLarger(x.a), b.orLarger(x.b)) }
    @inline(__always) package func orSmaller(_ x: Self) -> Self { Self(a.orSmaller(x.a), b.orSmaller(x.b)) }
    @inline(__always) package var magnitude: Self { Self(a.magnitude, b.magnitude) }
    @inline(__always) package var root: Self { Self(a.root, b.root) }
    @inline(__always) package var floored: Self { Self(a.floored, b.floored) }
    @inline(__always) package var raised: Self { Self(a.raised, b.raised) }
    @inline(__always) package var truncated: Self { Self(a.truncated, b.truncated) }
    @inline(__always) package func isLess(than x: Self) -> Mask { Mask(a.isLess(than: x.a), b.isLess(than: x.b)) }
    @inline(__always) package func isAtLeast(_ x: Self) -> Mask { Mask(a.isAtLeast(x.a), b.isAtLeast(x.b)) }
    @inline(__always) package func clamped(_ low: Double, _ high: Double) -> Self {
        Self(a.clamped(low, high), b.clamped(low, high))
    }
    @inline(__always) package static func powerOfTwo(shifted x: Self) -> Self {
        Self(Half.powerOfTwo(shifted: x.a), Half.powerOfTwo(shifted: x.b))
    }
    @inline(__always) package func splitForLogarithm() -> (mantissa: Self, exponent: Self) {
        let (m, n) = (a.splitForLogarithm(), b.splitForLogarithm())
        return (Self(m.mantissa, n.mantissa), Self(m.exponent, n.exponent))
    }
    @inline(__always) package var narrowed: Half.SingleOfPair { Half.narrowed(a, b) }
    @inline(__always) package init(widening x: Half.SingleOfPair) {
        let (a, b) = Half.widened(x)
        self.init(a, b)
    }
    @inline(__always) package static func narrowed(_ x: Self, _ y: Self) -> PairedSingles<Half.SingleOfPair> {
        PairedSingles(x.narrowed, y.narrowed)
    }
    @inline(__always) package static func widened(_ x: PairedSingles<Half.SingleOfPair>) -> (Self, Self) {
        (Self(widening: x.a), Self(widening: x.b))
    }
    @inline(__always) package static func whereLess(_ p: Self, _ q: Self, _ x: Self, _ y: Self) -> Self {
        p.isLess(than: q).select(x, y)
    }
}
