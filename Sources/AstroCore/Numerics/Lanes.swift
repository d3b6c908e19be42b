/// The vectors of the kernels: one cell a lane. Their width is a choice of the build and never shows in a result, since
/// every lane goes through the operations that a single cell would. `ShortLanes` are two numbers in the place of one.
#if VECTOR_WIDTH_2
    package typealias Lanes = SIMD2<Double>
    package typealias IntLanes = SIMD2<Int64>
    package typealias WordLanes = SIMD2<UInt64>
    package typealias ShortLanes = SIMD4<Int32>
#elseif VECTOR_WIDTH_4
    package typealias Lanes = SIMD4<Double>
    package typealias IntLanes = SIMD4<Int64>
    package typealias WordLanes = SIMD4<UInt64>
    package typealias ShortLanes = SIMD8<Int32>
#else
    package typealias Lanes = SIMD8<Double>
    package typealias IntLanes = SIMD8<Int64>
    package typealias WordLanes = SIMD8<UInt64>
    package typealias ShortLanes = SIMD16<Int32>
#endif
/// A truth value a lane: all bits set, or none. Swift's own masks and what they do go through the lanes one by one.
package typealias LaneMask = IntLanes
/// A bit for each lane of a vector.
package typealias LaneBits = UInt32

/// Populations are padded to whole blocks of this many cells, whatever the width of the vectors.
package let blockSize = 32

/// What a formula may use, written once for a number and for a vector of them. IEEE 754 fixes the result of each of
/// these operations, so the formula gives the same bits on every machine. A product and a sum are fused only where
/// `addingProduct` says so.
package protocol Arithmetic {
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    static func / (a: Self, b: Self) -> Self
    init(repeating: Double)
    func addingProduct(_ a: Self, _ b: Self) -> Self
    func clamped(_ low: Double, _ high: Double) -> Self
    /// 2^n, where self + `Self.roundingShift` was formed from n: |n| <= 1022.
    static func powerOfTwo(shifted: Self) -> Self
    /// x = m 2^k with m in [sqrt(1/2), sqrt(2)), for normal x > 0.
    func splitForLogarithm() -> (mantissa: Self, exponent: Self)
    /// x where a < b, else y: also where a or b is NaN.
    static func whereLess(_ a: Self, _ b: Self, _ x: Self, _ y: Self) -> Self
}

/// Adding and subtracting it rounds a small number to an integer, which then stands in the low bits of the sum.
package let roundingShift = 0x1.8p52

extension Double: Arithmetic {
    @inline(__always) package static func whereLess(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
        a < b ? x : y
    }
    @inline(__always) package init(repeating x: Double) { self = x }
    @inline(__always) package func clamped(_ low: Double, _ high: Double) -> Double {
        let raised = self > low ? self : low
        return raised < high ? raised : high
    }
    @inline(__always) package static func powerOfTwo(shifted: Double) -> Double {
        Double(bitPattern: (shifted.bitPattern &+ 1023) &<< 52)
    }
    @inline(__always) package func splitForLogarithm() -> (mantissa: Double, exponent: Double) {
        let offset = bitPattern &- sqrtHalfBits
        let k = Int64(bitPattern: offset) &>> 52
        return (Double(bitPattern: bitPattern &- UInt64(bitPattern: k &<< 52)), Double(k))
    }
}

package let sqrtHalfBits: UInt64 = 0x3fe6_a09e_667f_3bcd

extension Lanes: Arithmetic {
    @inline(__always) package static func whereLess(_ a: Lanes, _ b: Lanes, _ x: Lanes, _ y: Lanes) -> Lanes {
        a.isLess(than: b).select(x, y)
    }
    @inline(__always) package func clamped(_ low: Double, _ high: Double) -> Lanes {
        orLarger(Lanes(repeating: low)).orSmaller(Lanes(repeating: high))
    }
    @inline(__always) package static func powerOfTwo(shifted: Lanes) -> Lanes {
        let bits = unsafeBitCast(shifted, to: WordLanes.self)
        return unsafeBitCast((bits &+ WordLanes(repeating: 1023)).shiftedLeft(52), to: Lanes.self)
    }
    @inline(__always) package func splitForLogarithm() -> (mantissa: Lanes, exponent: Lanes) {
        let bits = unsafeBitCast(self, to: IntLanes.self)
        let k = (bits &- IntLanes(repeating: Int64(sqrtHalfBits))).shiftedRight(52)
        let mantissa = unsafeBitCast(
            bits &- unsafeBitCast(unsafeBitCast(k, to: WordLanes.self).shiftedLeft(52), to: IntLanes.self),
            to: Lanes.self)
        // k + 1.5 * 2^52 as a double, put together from bits: conversions of 64-bit integers are slow on many machines
        let shifted = unsafeBitCast(k &+ IntLanes(repeating: Int64(roundingShift.bitPattern)), to: Lanes.self)
        return (mantissa, shifted - Lanes(repeating: roundingShift))
    }
}

extension Lanes {
    /// Whole parts of numbers from 0 to 2^50.
    @inline(__always) package var wholePart: IntLanes {
        let shift = Lanes(repeating: roundingShift)
        return unsafeBitCast(floored + shift, to: IntLanes.self) &- unsafeBitCast(shift, to: IntLanes.self)
    }

    @inline(__always) package init(at pointer: UnsafePointer<Double>) {
        self = UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
    }
    @inline(__always) package func store(at pointer: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Lanes.self)
    }
    @inline(__always) package var magnitude: Lanes {
        unsafeBitCast(unsafeBitCast(self, to: IntLanes.self) & IntLanes(repeating: .max), to: Lanes.self)
    }
}

/// The lanes of a vector whose bits are set, from the first on.
package struct SetBits: Sequence, IteratorProtocol {
    private var rest: LaneBits

    @inline(__always) package init(_ bits: LaneBits) { rest = bits }

    @inline(__always)
    package mutating func next() -> Int? {
        guard rest != 0 else { return nil }
        defer { rest &= rest &- 1 }
        return rest.trailingZeroBitCount
    }
}
