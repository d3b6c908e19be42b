/// Variables of a vector of aeif cells: mV, pA, nS, nS/ms.
struct MembraneState<Vector: LaneVector> {
    var V, w, g_ex, dg_ex, g_in, dg_in: Vector
}

extension MembraneState: Variables {
    @inline(__always)
    func adding(_ c: Vector, _ k: Self) -> Self {
        Self(
            V: V.addingProduct(c, k.V), w: w.addingProduct(c, k.w), g_ex: g_ex.addingProduct(c, k.g_ex),
            dg_ex: dg_ex.addingProduct(c, k.dg_ex), g_in: g_in.addingProduct(c, k.g_in),
            dg_in: dg_in.addingProduct(c, k.dg_in))
    }

    @inline(__always)
    func scaled(_ c: Vector) -> Self {
        Self(V: c * V, w: c * w, g_ex: c * g_ex, dg_ex: c * dg_ex, g_in: c * g_in, dg_in: c * dg_in)
    }
}

extension MembraneState {
    /// These in some lanes, others elsewhere.
    @inline(__always)
    func `where`(_ lanes: Vector.Mask, else other: Self) -> Self {
        Self(
            V: lanes.select(V, other.V), w: lanes.select(w, other.w), g_ex: lanes.select(g_ex, other.g_ex),
            dg_ex: lanes.select(dg_ex, other.dg_ex), g_in: lanes.select(g_in, other.g_in),
            dg_in: lanes.select(dg_in, other.dg_in))
    }

    /// As the columns of the model have it.
    @inline(__always)
    init(_ model: AeifKernel, _ load: (Column) -> Vector) {
        self.init(
            V: load(model.V_m), w: load(model.w), g_ex: load(model.g_ex), dg_ex: load(model.dg_ex),
            g_in: load(model.g_in), dg_in: load(model.dg_in))
    }

    /// Goes through the variables and their columns.
    @inline(__always)
    func forEach(_ model: AeifKernel, _ body: (Column, Vector) -> Void) {
        body(model.V_m, V)
        body(model.w, w)
        body(model.g_ex, g_ex)
        body(model.dg_ex, dg_ex)
        body(model.g_in, g_in)
        body(model.dg_in, dg_in)
    }
}
