/// Variables of a vector of Li-Rinzel astrocytes: IP3 and calcium in uM, and h.
struct LiRinzelState<Vector: LaneVector> {
    var ip3, c, h: Vector

    @inline(__always)
    func `where`(_ lanes: Vector.Mask, else other: Self) -> Self {
        Self(ip3: lanes.select(ip3, other.ip3), c: lanes.select(c, other.c), h: lanes.select(h, other.h))
    }

    /// Lanes where all variables are equal.
    @inline(__always)
    func equals(_ other: Self) -> Vector.Mask {
        let equal = { (a: Vector, b: Vector) in a.isAtLeast(b).and(b.isAtLeast(a)) }
        return equal(ip3, other.ip3).and(equal(c, other.c)).and(equal(h, other.h))
    }
}
