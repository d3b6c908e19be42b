import CLanes

/// Lanes in single precision: for terms so small that their eighth digit does not show in a sum in double precision. A vector holds twice
/// as many.
package protocol SingleVector {
    init(repeating: Float)
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    /// self + a b, self - a b and self a - b, rounded once.
    func addingProduct(_ a: Self, _ b: Self) -> Self
    func subtractingProduct(_ a: Self, _ b: Self) -> Self
    func times(_ a: Self, less b: Self) -> Self
    /// self where it is larger, else `a`: also where one is NaN.
    func orLarger(_ a: Self) -> Self
    var magnitude: Self { get }
    /// A bit for each lane; not where one is NaN.
    func isLess(than a: Self) -> LaneBits
}

extension SingleVector {
    /// The larger magnitude.
    @inline(__always) package func orLargerMagnitude(_ a: Self) -> Self { magnitude.orLarger(a.magnitude) }
}

/// Two vectors as one.
package struct PairedSingles<Half: SingleVector>: SingleVector {
    let a, b: Half

    @inline(__always) init(_ a: Half, _ b: Half) { (self.a, self.b) = (a, b) }
    @inline(__always) package init(repeating x: Float) { self.init(Half(repeating: x), Half(repeating: x)) }
    @inline(__always) package static func + (x: Self, y: Self) -> Self { Self(x.a + y.a, x.b + y.b) }
    @inline(__always) package static func - (x: Self, y: Self) -> Self { Self(x.a - y.a, x.b - y.b) }
    @inline(__always) package static func * (x: Self, y: Self) -> Self { Self(x.a * y.a, x.b * y.b) }
    @inline(__always) package func addingProduct(_ x: Self, _ y: Self) -> Self {
        Self(a.addingProduct(x.a, y.a), b.addingProduct(x.b, y.b))
    }
    @inline(__always) package func subtractingProduct(_ x: Self, _ y: Self) -> Self {
        Self(a.subtractingProduct(x.a, y.a), b.subtractingProduct(x.b, y.b))
    }
    @inline(__always) package func times(_ x: Self, less y: Self) -> Self {
        Self(a.times(x.a, less: y.a), b.times(x.b, less: y.b))
    }
    @inline(__always) package func orLarger(_ x: Self) -> Self { Self(a.orLarger(x.a), b.orLarger(x.b)) }
    @inline(__always) package var magnitude: Self { Self(a.magnitude, b.magnitude) }
    @inline(__always) package func isLess(than x: Self) -> LaneBits {
        a.isLess(than: x.a) | b.isLess(than: x.b) &<< LaneBits(MemoryLayout<Half>.size / MemoryLayout<Float>.size)
    }
}

extension SIMD2: SingleVector where Scalar == Float {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_single_2(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_single_2(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_single_2(a, b) }
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self {
        astro_add_product_single_2(self, a, b)
    }
    @inline(__always) package func subtractingProduct(_ a: Self, _ b: Self) -> Self {
        astro_subtract_product_single_2(self, a, b)
    }
    @inline(__always) package func times(_ a: Self, less b: Self) -> Self { astro_product_less_single_2(self, a, b) }
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_single_2(self, a) }
    @inline(__always) package var magnitude: Self { astro_magnitude_single_2(self) }
    @inline(__always) package func isLess(than a: Self) -> LaneBits { astro_less_single_2(self, a) }
}

extension SIMD4: SingleVector where Scalar == Float {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_single_4(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_single_4(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_single_4(a, b) }
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self {
        astro_add_product_single_4(self, a, b)
    }
    @inline(__always) package func subtractingProduct(_ a: Self, _ b: Self) -> Self {
        astro_subtract_product_single_4(self, a, b)
    }
    @inline(__always) package func times(_ a: Self, less b: Self) -> Self { astro_product_less_single_4(self, a, b) }
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_single_4(self, a) }
    @inline(__always) package var magnitude: Self { astro_magnitude_single_4(self) }
    @inline(__always) package func isLess(than a: Self) -> LaneBits { astro_less_single_4(self, a) }
}

extension SIMD8: SingleVector where Scalar == Float {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_single_8(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_single_8(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_single_8(a, b) }
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self {
        astro_add_product_single_8(self, a, b)
    }
    @inline(__always) package func subtractingProduct(_ a: Self, _ b: Self) -> Self {
        astro_subtract_product_single_8(self, a, b)
    }
    @inline(__always) package func times(_ a: Self, less b: Self) -> Self { astro_product_less_single_8(self, a, b) }
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_single_8(self, a) }
    @inline(__always) package var magnitude: Self { astro_magnitude_single_8(self) }
    @inline(__always) package func isLess(than a: Self) -> LaneBits { astro_less_single_8(self, a) }
}

extension SIMD16: SingleVector where Scalar == Float {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_single_16(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_single_16(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_single_16(a, b) }
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self {
        astro_add_product_single_16(self, a, b)
    }
    @inline(__always) package func subtractingProduct(_ a: Self, _ b: Self) -> Self {
        astro_subtract_product_single_16(self, a, b)
    }
    @inline(__always) package func times(_ a: Self, less b: Self) -> Self { astro_product_less_single_16(self, a, b) }
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_single_16(self, a) }
    @inline(__always) package var magnitude: Self { astro_magnitude_single_16(self) }
    @inline(__always) package func isLess(than a: Self) -> LaneBits { astro_less_single_16(self, a) }
}

extension SIMD2 where Scalar == Double {
    @inline(__always) package var narrowed: SIMD2<Float> { astro_narrow_2(self) }
    @inline(__always) package init(widening x: SIMD2<Float>) { self = astro_widen_2(x) }
    @inline(__always) package static func narrowed(_ a: Self, _ b: Self) -> SIMD4<Float> { astro_narrow_pair_2(a, b) }
    @inline(__always) package static func widened(_ x: SIMD4<Float>) -> (Self, Self) {
        (astro_widen_first_2(x), astro_widen_second_2(x))
    }
}

extension SIMD4 where Scalar == Double {
    @inline(__always) package var narrowed: SIMD4<Float> { astro_narrow_4(self) }
    @inline(__always) package init(widening x: SIMD4<Float>) { self = astro_widen_4(x) }
    @inline(__always) package static func narrowed(_ a: Self, _ b: Self) -> SIMD8<Float> { astro_narrow_pair_4(a, b) }
    @inline(__always) package static func widened(_ x: SIMD8<Float>) -> (Self, Self) {
        (astro_widen_first_4(x), astro_widen_second_4(x))
    }
}

extension SIMD8 where Scalar == Double {
    @inline(__always) package var narrowed: SIMD8<Float> { astro_narrow_8(self) }
    @inline(__always) package init(widening x: SIMD8<Float>) { self = astro_widen_8(x) }
    @inline(__always) package static func narrowed(_ a: Self, _ b: Self) -> SIMD16<Float> { astro_narrow_pair_8(a, b) }
    @inline(__always) package static func widened(_ x: SIMD16<Float>) -> (Self, Self) {
        (astro_widen_first_8(x), astro_widen_second_8(x))
    }
}
