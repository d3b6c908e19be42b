import CLanes

// Vector arithmetic that stays vector arithmetic: the reason is in CLanes.h.

extension SIMD2 where Scalar == Double {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_2(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_2(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_2(a, b) }
    @inline(__always) package static func / (a: Self, b: Self) -> Self { astro_divide_2(a, b) }
    /// self + a b, rounded once.
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self { astro_add_product_2(self, a, b) }
    /// self where it is larger, else `a`: also where one is NaN.
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_2(self, a) }
    /// self where it is smaller, else `a`: also where one is NaN.
    @inline(__always) package func orSmaller(_ a: Self) -> Self { astro_smaller_2(self, a) }
}

extension SIMD2 where Scalar == UInt64 {
    @inline(__always) package func shiftedLeft(_ n: UInt64) -> Self { astro_shift_left_2(self, n) }
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_2(self, n) }
}

extension SIMD2 where Scalar == Int64 {
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_signed_2(self, n) }
}

extension SIMD4 where Scalar == Double {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_4(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_4(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_4(a, b) }
    @inline(__always) package static func / (a: Self, b: Self) -> Self { astro_divide_4(a, b) }
    /// self + a b, rounded once.
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self { astro_add_product_4(self, a, b) }
    /// self where it is larger, else `a`: also where one is NaN.
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_4(self, a) }
    /// self where it is smaller, else `a`: also where one is NaN.
    @inline(__always) package func orSmaller(_ a: Self) -> Self { astro_smaller_4(self, a) }
}

extension SIMD4 where Scalar == UInt64 {
    @inline(__always) package func shiftedLeft(_ n: UInt64) -> Self { astro_shift_left_4(self, n) }
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_4(self, n) }
}

extension SIMD4 where Scalar == Int64 {
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_signed_4(self, n) }
}

extension SIMD8 where Scalar == Double {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_8(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_8(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_8(a, b) }
    @inline(__always) package static func / (a: Self, b: Self) -> Self { astro_divide_8(a, b) }
    /// self + a b, rounded once.
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self { astro_add_product_8(self, a, b) }
    /// self where it is larger, else `a`: also where one is NaN.
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_8(self, a) }
    /// self where it is smaller, else `a`: also where one is NaN.
    @inline(__always) package func orSmaller(_ a: Self) -> Self { astro_smaller_8(self, a) }
}

extension SIMD8 where Scalar == UInt64 {
    @inline(__always) package func shiftedLeft(_ n: UInt64) -> Self { astro_shift_left_8(self, n) }
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_8(self, n) }
}

extension SIMD8 where Scalar == Int64 {
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_signed_8(self, n) }
}
