/// A vector of Li-Rinzel astrocytes on its way through a slice, or the part of it that lies within one long step.
///
/// Calcium moves slowly: most cells take long steps of about a millisecond (LiRinzelLongStep.swift), which begin at multiples of
/// their length, so that neither slices nor samples show in a result. Cells for which a long step is not good enough take steps of the
/// simulation until the next one begins (LiRinzelFlux.swift). Which way a cell takes depends on that cell alone.
struct LiRinzelCourse<Vector: LaneVector> {
    private let model: AstrocyteLR1994
    private let cell: Int
    private let flux: LiRinzelFlux<Vector>
    private let spikes: SpikeInput
    private let current: HeldInput
    private let SIC: SignalOutput?
    private var noise: Vector
    private var state: LiRinzelState<Vector>

    @inline(__always)
    init(_ model: AstrocyteLR1994, _ cell: Int, _ io: borrowing CellIO) {
        (self.model, self.cell) = (model, cell)
        flux = LiRinzelFlux(model, cell)
        (spikes, current) = (io.spikes(AstrocyteLR1994.spikes), io.held(AstrocyteLR1994.current))
        SIC = io.signal(AstrocyteLR1994.SIC)
        noise = model.J_noise.vector(cell)
        state = LiRinzelState(
            ip3: model.IP3.vector(cell), c: model.Ca_astro.vector(cell), h: model.h_IP3R.vector(cell))
    }

    /// Cells that are in a long step, or may begin one.
    @inline(__always)
    func lanesForLongStep(_ steps: Range<Int>) -> LaneBits {
        let begins = steps.lowerBound % model.longSteps == 0
        return (begins ? fit : (model.carried.c.vector(cell) as Vector).isAtLeast(.zeros)).bits
    }

    /// Some steps within one long step.
    ///
    /// - `lanes`: what `lanesForLongStep` says of them.
    @inline(__always)
    mutating func advance(_ steps: Range<Int>, _ lanes: LaneBits) {
        let number = steps.lowerBound % model.longSteps
        if number == 0 {
            let long = LiRinzelLongStep(model, flux, cell, from: state)
            advance(steps, long, lanes & long.converges.bits)
        } else {
            let long: LiRinzelLongStep<Vector> = model.carried.step(model, flux, cell, after: number)
            // where a variable or a parameter was set, the long step has not come to where the cell is
            advance(steps, long, lanes & long.state(after: number).equals(state).bits)
        }
    }

    /// May a long step begin? With a current, with calcium near an end of its range, or with hardly any IP3, short ones are safer.
    @inline(__always)
    private var fit: Vector.Mask {
        let c = state.c, one = Vector(repeating: 1)
        let inRange = c.isAtLeast(Vector(repeating: 1e-3)).and(flux.Ca_tot.isAtLeast(flux.one_plus_ratio * c))
        let hasIP3 = (state.ip3 * Vector(repeating: 16)).isAtLeast(flux.Kd_IP3_1)
        return inRange.and(hasIP3).and(isFree).and((model.isSlow.vector(cell) as Vector).isAtLeast(one))
    }

    /// No current is injected.
    @inline(__always)
    private var isFree: Vector.Mask { Vector.zeros.isAtLeast(noise.magnitude) }

    /// - `lanes`: those that are in the long step; the others take short ones.
    @inline(__always)
    private mutating func advance(_ steps: Range<Int>, _ start: LiRinzelLongStep<Vector>, _ lanes: LaneBits) {
        var long = start, going = lanes, step = steps.lowerBound
        let first = step % model.longSteps
        if going == Vector.allBits { going = advanceTogether(&step, until: steps.upperBound, &long) }
        if step < steps.upperBound { going = advanceApart(step..<steps.upperBound, &long, going) }
        store()
        let isOver = first &+ steps.count == model.longSteps
        if !isOver || first != 0 { model.carried.keep(long, isOver ? 0 : going, cell) }
    }

    /// While all lanes are in the long step, which most of the time they are: nothing else is kept up to date. Those that stay in it.
    @inline(__always)
    private mutating func advanceTogether(
        _ step: inout Int, until end: Int, _ long: inout LiRinzelLongStep<Vector>
    ) -> LaneBits {
        let isSilent = SIC == nil || long.staysBelow(model.SIC_th.vector(cell), flux)
        let delta: Vector = model.delta_IP3.vector(cell)
        var staying = Vector.allBits, number = step % model.longSteps
        while step < end, staying == Vector.allBits {
            long.advance(after: number)
            long.add(delta, spikes.take(step &+ 1, cell))
            noise = current.take(step &+ 1, cell)
            number &+= 1
            if isSilent {
                SIC?.send(Vector.zeros, active: 0, step: step, cell: cell)
            } else {
                state.c = long.calcium(after: number)
                send(step)
            }
            staying = long.isNear.and(isFree).bits
            step &+= 1
        }
        state = long.state(after: number)
        return staying
    }

    /// Some steps of which lanes that are in the long step take another way than the others; those that stay in it.
    @inline(never)
    private mutating func advanceApart(
        _ steps: Range<Int>, _ long: inout LiRinzelLongStep<Vector>, _ lanes: LaneBits
    ) -> LaneBits {
        var going = lanes
        let first = steps.lowerBound % model.longSteps
        for step in steps {
            let number = first &+ step &- steps.lowerBound, mask = Vector.Mask(bits: going)
            if going != Vector.allBits { takeShortStep() }
            long.advance(after: number)
            state.c = mask.select(long.calcium(after: number &+ 1), state.c)
            let delta: Vector = model.delta_IP3.vector(cell), spikes: Vector = self.spikes.take(step &+ 1, cell)
            state.ip3 = state.ip3.addingProduct(delta, spikes)
            long.add(delta, spikes)
            noise = current.take(step &+ 1, cell)
            send(step)
            let staying = going & long.isNear.and(isFree).bits
            if staying != going || step &+ 1 == steps.upperBound {
                state = long.state(after: number &+ 1).where(mask, else: state)
                going = staying
            }
        }
        return going
    }

    @inline(__always)
    mutating func advanceShort(_ steps: Range<Int>) {
        for step in steps {
            takeShortStep()
            state.ip3 = state.ip3.addingProduct(model.delta_IP3.vector(cell), spikes.take(step &+ 1, cell))
            noise = current.take(step &+ 1, cell)
            send(step)
        }
        store()
    }

    /// A step of the simulation, without the spikes at its end.
    @inline(__always)
    private mutating func takeShortStep() {
        let IP3_0: Vector = model.IP3_0.vector(cell), excess = state.ip3 - IP3_0
        let middle = IP3_0.addingProduct(excess, model.decayHalf.vector(cell))
        let end = IP3_0.addingProduct(excess, model.decay.vector(cell))
        let y = flux.advance(
            LiRinzelFlux.State(c: state.c, h: state.h), noise, model.step, (state.ip3, middle, end),
            quarters: (IP3_0, excess, model.decayQuarter.vector(cell)))
        state = LiRinzelState(ip3: end, c: flux.limited(y.c), h: y.h)
    }

    /// SIC_scale ln(y), y the excess of calcium over the threshold in nM, where y > 1; else 0. Unitless.
    @inline(__always)
    private func send(_ step: Int) {
        guard let SIC else { return }
        let y = (state.c - model.SIC_th.vector(cell)) * Vector(repeating: 1000)
        let one = Vector(repeating: 1)
        let active = one.isLess(than: y), bits = active.bits
        guard bits != 0 else { return SIC.send(Vector.zeros, active: 0, step: step, cell: cell) }
        let current = active.select(model.SIC_scale.vector(cell) * logarithm(active.select(y, one)), Vector.zeros)
        SIC.send(current, active: bits, step: step, cell: cell)
    }

    /// Writes the variables into their columns.
    @inline(__always)
    private func store() {
        model.IP3.store(state.ip3, cell)
        model.Ca_astro.store(state.c, cell)
        model.h_IP3R.store(state.h, cell)
        model.J_noise.store(noise, cell)
    }
}
