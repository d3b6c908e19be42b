/// Where an adaptive method stands within a step, a cell a lane: how much of the step has passed, and how long the next trial may be,
/// in ms. All cells that take trials side by side go by it, those of a kernel and those of a text.
package struct AdaptiveStep<Vector: LaneVector> {
    package private(set) var passed, substep: Vector
    private let step: Vector

    @inline(__always)
    package init(passed: Vector, substep: Vector, of step: Double) {
        (self.passed, self.substep) = (passed, substep)
        self.step = Vector(repeating: step)
    }

    /// How long the next trial is: not beyond the end of the step.
    @inline(__always)
    package var trial: Vector { isLast.select(step - passed, substep) }

    private var isLast: Vector.Mask {
        @inline(__always) get { substep.isAtLeast(step - passed) }
    }

    /// Goes on after a trial.
    ///
    /// - `error`: its largest error over what is allowed.
    /// - Returns: where it has to be repeated. Where a shorter trial would not move the time, what was reached is taken.
    @inline(__always)
    package mutating func judge(_ trial: Vector, error: Vector) -> Vector.Mask {
        let next = trial * RungeKuttaFehlberg45.factor(error)
        let isTooLarge = Vector(repeating: RungeKuttaFehlberg45.limit).isLess(than: error)
        let moves = passed.isLess(than: passed + next), repeats = isTooLarge.and(moves)
        passed = repeats.select(passed, isLast.select(step, passed + trial))
        substep = isTooLarge.select(moves.select(next, trial), next)
        return repeats
    }
}

/// More trials in a step are taken for a sign that it will not end. A spike takes some hundred.
package let mostTrialsOfStep = 1e6
