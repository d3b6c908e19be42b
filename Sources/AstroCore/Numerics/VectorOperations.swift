import CLanes

// Vector arithmetic that stays vector arithmetic: the reason is in CLanes.h.

extension SIMD2 where Scalar == Double {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_2(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_2(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_2(a, b) }
    @inline(__always) package static func / (a: Self, b: Self) -> Self { astro_divide_2(a, b) }
    /// self + a b, rounded once.
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self { astro_add_product_2(self, a, b) }
    /// self - a b, rounded once.
    @inline(__always) package func subtractingProduct(_ a: Self, _ b: Self) -> Self {
        astro_subtract_product_2(self, a, b)
    }
    /// self a - b, rounded once.
    @inline(__always) package func times(_ a: Self, less b: Self) -> Self { astro_product_less_2(self, a, b) }
    /// self / a by multiplications where that is faster: the same bits.
    @inline(__always) package func quotient(_ a: Self) -> Self { self / a }
    /// self where it is larger, else `a`: also where one is NaN.
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_2(self, a) }
    /// self where it is smaller, else `a`: also where one is NaN.
    @inline(__always) package func orSmaller(_ a: Self) -> Self { astro_smaller_2(self, a) }
    @inline(__always) package var root: Self { astro_square_root_2(self) }
    @inline(__always) package var floored: Self { astro_floor_2(self) }
    @inline(__always) package var raised: Self { astro_ceiling_2(self) }
    @inline(__always) package var truncated: Self { astro_truncate_2(self) }
    /// Lanes where self < a; not where one is NaN.
    @inline(__always) package func isLess(than a: Self) -> SIMD2<Int64> { astro_less_2(self, a) }
    /// Lanes where self >= a; not where one is NaN.
    @inline(__always) package func isAtLeast(_ a: Self) -> SIMD2<Int64> { astro_at_least_2(self, a) }
}

extension SIMD2 where Scalar == UInt64 {
    /// Byte number n of each lane, the lowest being 0.
    @inline(__always) package func byte(_ n: Int) -> SIMD2<Double> { astro_byte_2(self, UInt32(n)) }
    @inline(__always) package static func & (a: Self, b: Self) -> Self { astro_words_and_2(a, b) }
    @inline(__always) package static func | (a: Self, b: Self) -> Self { astro_words_or_2(a, b) }
    @inline(__always) package static func ^ (a: Self, b: Self) -> Self { astro_words_xor_2(a, b) }
    /// The lower half of each lane times `factor`.
    @inline(__always) package func lowerProduct(_ factor: UInt32) -> Self { astro_words_product_2(self, factor) }
    @inline(__always) package func shiftedLeft(_ n: UInt64) -> Self { astro_shift_left_2(self, n) }
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_2(self, n) }
}

extension SIMD2 where Scalar == Int64 {
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_signed_2(self, n) }
    /// Of a mask: one bit a lane, the first lowest.
    @inline(__always) package var bits: UInt32 { astro_bits_2(self) }
    /// A mask from such bits.
    @inline(__always) package init(bits: UInt32) { self = astro_mask_2(bits) }
    @inline(__always) package func and(_ a: Self) -> Self { astro_and_2(self, a) }
    /// A mask: lanes where self < a.
    @inline(__always) package func isLess(than a: Self) -> Self { astro_integer_less_2(self, a) }
    @inline(__always) package func adding(_ a: Self) -> Self { astro_integer_add_2(self, a) }
    @inline(__always) package func subtracting(_ a: Self) -> Self { astro_integer_subtract_2(self, a) }
    /// 1 << self
    @inline(__always) package var oneShifted: Self { astro_one_shifted_2(self) }
    /// Of a mask: a where it is set, else b.
    @inline(__always) package func select(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
        astro_select_2(self, a, b)
    }
}

extension SIMD4 where Scalar == Double {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_4(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_4(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_4(a, b) }
    @inline(__always) package static func / (a: Self, b: Self) -> Self { astro_divide_4(a, b) }
    /// self + a b, rounded once.
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self { astro_add_product_4(self, a, b) }
    /// self - a b, rounded once.
    @inline(__always) package func subtractingProduct(_ a: Self, _ b: Self) -> Self {
        astro_subtract_product_4(self, a, b)
    }
    /// self a - b, rounded once.
    @inline(__always) package func times(_ a: Self, less b: Self) -> Self { astro_product_less_4(self, a, b) }
    /// self / a by multiplications where that is faster: the same bits.
    @inline(__always) package func quotient(_ a: Self) -> Self { self / a }
    /// self where it is larger, else `a`: also where one is NaN.
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_4(self, a) }
    /// self where it is smaller, else `a`: also where one is NaN.
    @inline(__always) package func orSmaller(_ a: Self) -> Self { astro_smaller_4(self, a) }
    @inline(__always) package var root: Self { astro_square_root_4(self) }
    @inline(__always) package var floored: Self { astro_floor_4(self) }
    @inline(__always) package var raised: Self { astro_ceiling_4(self) }
    @inline(__always) package var truncated: Self { astro_truncate_4(self) }
    /// Lanes where self < a; not where one is NaN.
    @inline(__always) package func isLess(than a: Self) -> SIMD4<Int64> { astro_less_4(self, a) }
    /// Lanes where self >= a; not where one is NaN.
    @inline(__always) package func isAtLeast(_ a: Self) -> SIMD4<Int64> { astro_at_least_4(self, a) }
}

extension SIMD4 where Scalar == UInt64 {
    /// Byte number n of each lane, the lowest being 0.
    @inline(__always) package func byte(_ n: Int) -> SIMD4<Double> { astro_byte_4(self, UInt32(n)) }
    @inline(__always) package static func & (a: Self, b: Self) -> Self { astro_words_and_4(a, b) }
    @inline(__always) package static func | (a: Self, b: Self) -> Self { astro_words_or_4(a, b) }
    @inline(__always) package static func ^ (a: Self, b: Self) -> Self { astro_words_xor_4(a, b) }
    /// The lower half of each lane times `factor`.
    @inline(__always) package func lowerProduct(_ factor: UInt32) -> Self { astro_words_product_4(self, factor) }
    @inline(__always) package func shiftedLeft(_ n: UInt64) -> Self { astro_shift_left_4(self, n) }
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_4(self, n) }
}

extension SIMD4 where Scalar == Int64 {
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_signed_4(self, n) }
    /// Of a mask: one bit a lane, the first lowest.
    @inline(__always) package var bits: UInt32 { astro_bits_4(self) }
    /// A mask from such bits.
    @inline(__always) package init(bits: UInt32) { self = astro_mask_4(bits) }
    @inline(__always) package func and(_ a: Self) -> Self { astro_and_4(self, a) }
    /// A mask: lanes where self < a.
    @inline(__always) package func isLess(than a: Self) -> Self { astro_integer_less_4(self, a) }
    @inline(__always) package func adding(_ a: Self) -> Self { astro_integer_add_4(self, a) }
    @inline(__always) package func subtracting(_ a: Self) -> Self { astro_integer_subtract_4(self, a) }
    /// 1 << self
    @inline(__always) package var oneShifted: Self { astro_one_shifted_4(self) }
    /// Of a mask: a where it is set, else b.
    @inline(__always) package func select(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> {
        astro_select_4(self, a, b)
    }
}

extension SIMD8 where Scalar == Double {
    @inline(__always) package static func + (a: Self, b: Self) -> Self { astro_add_8(a, b) }
    @inline(__always) package static func - (a: Self, b: Self) -> Self { astro_subtract_8(a, b) }
    @inline(__always) package static func * (a: Self, b: Self) -> Self { astro_multiply_8(a, b) }
    @inline(__always) package static func / (a: Self, b: Self) -> Self { astro_divide_8(a, b) }
    /// self + a b, rounded once.
    @inline(__always) package func addingProduct(_ a: Self, _ b: Self) -> Self { astro_add_product_8(self, a, b) }
    /// self - a b, rounded once.
    @inline(__always) package func subtractingProduct(_ a: Self, _ b: Self) -> Self {
        astro_subtract_product_8(self, a, b)
    }
    /// self a - b, rounded once.
    @inline(__always) package func times(_ a: Self, less b: Self) -> Self { astro_product_less_8(self, a, b) }
    /// self / a by multiplications where that is faster: the same bits.
    @inline(__always) package func quotient(_ a: Self) -> Self { astro_quotient_8(self, a) }
    /// self where it is larger, else `a`: also where one is NaN.
    @inline(__always) package func orLarger(_ a: Self) -> Self { astro_larger_8(self, a) }
    /// self where it is smaller, else `a`: also where one is NaN.
    @inline(__always) package func orSmaller(_ a: Self) -> Self { astro_smaller_8(self, a) }
    @inline(__always) package var root: Self { astro_square_root_8(self) }
    @inline(__always) package var floored: Self { astro_floor_8(self) }
    @inline(__always) package var raised: Self { astro_ceiling_8(self) }
    @inline(__always) package var truncated: Self { astro_truncate_8(self) }
    /// Lanes where self < a; not where one is NaN.
    @inline(__always) package func isLess(than a: Self) -> SIMD8<Int64> { astro_less_8(self, a) }
    /// Lanes where self >= a; not where one is NaN.
    @inline(__always) package func isAtLeast(_ a: Self) -> SIMD8<Int64> { astro_at_least_8(self, a) }
}

extension SIMD8 where Scalar == UInt64 {
    /// Byte number n of each lane, the lowest being 0.
    @inline(__always) package func byte(_ n: Int) -> SIMD8<Double> { astro_byte_8(self, UInt32(n)) }
    @inline(__always) package static func & (a: Self, b: Self) -> Self { astro_words_and_8(a, b) }
    @inline(__always) package static func | (a: Self, b: Self) -> Self { astro_words_or_8(a, b) }
    @inline(__always) package static func ^ (a: Self, b: Self) -> Self { astro_words_xor_8(a, b) }
    /// The lower half of each lane times `factor`.
    @inline(__always) package func lowerProduct(_ factor: UInt32) -> Self { astro_words_product_8(self, factor) }
    @inline(__always) package func shiftedLeft(_ n: UInt64) -> Self { astro_shift_left_8(self, n) }
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_8(self, n) }
}

extension SIMD8 where Scalar == Int64 {
    @inline(__always) package func shiftedRight(_ n: UInt64) -> Self { astro_shift_right_signed_8(self, n) }
    /// Of a mask: one bit a lane, the first lowest.
    @inline(__always) package var bits: UInt32 { astro_bits_8(self) }
    /// A mask from such bits.
    @inline(__always) package init(bits: UInt32) { self = astro_mask_8(bits) }
    @inline(__always) package func and(_ a: Self) -> Self { astro_and_8(self, a) }
    /// A mask: lanes where self < a.
    @inline(__always) package func isLess(than a: Self) -> Self { astro_integer_less_8(self, a) }
    @inline(__always) package func adding(_ a: Self) -> Self { astro_integer_add_8(self, a) }
    @inline(__always) package func subtracting(_ a: Self) -> Self { astro_integer_subtract_8(self, a) }
    /// 1 << self
    @inline(__always) package var oneShifted: Self { astro_one_shifted_8(self) }
    /// Of a mask: a where it is set, else b.
    @inline(__always) package func select(_ a: SIMD8<Double>, _ b: SIMD8<Double>) -> SIMD8<Double> {
        astro_select_8(self, a, b)
    }
}

extension SIMD4 where Scalar == Int32 {
    @inline(__always) package func isLess(than a: Self) -> Self { astro_short_less_4(self, a) }
    @inline(__always) package func subtracting(_ a: Self) -> Self { astro_short_subtract_4(self, a) }
    /// Of a mask: is any lane set?
    @inline(__always) package var hasSetLanes: Bool { astro_short_any_4(self) }
}

extension SIMD8 where Scalar == Int32 {
    @inline(__always) package func isLess(than a: Self) -> Self { astro_short_less_8(self, a) }
    @inline(__always) package func subtracting(_ a: Self) -> Self { astro_short_subtract_8(self, a) }
    /// Of a mask: is any lane set?
    @inline(__always) package var hasSetLanes: Bool { astro_short_any_8(self) }
}

extension SIMD16 where Scalar == Int32 {
    @inline(__always) package func isLess(than a: Self) -> Self { astro_short_less_16(self, a) }
    @inline(__always) package func subtracting(_ a: Self) -> Self { astro_short_subtract_16(self, a) }
    /// Of a mask: is any lane set?
    @inline(__always) package var hasSetLanes: Bool { astro_short_any_16(self) }
}
