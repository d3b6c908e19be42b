/// Poisson trains whose rate changes at listed times.
struct InhomogeneousPoissonGenerator: RatedSource {
    static let name = "inhomogeneous_poisson_generator"
    static let text = ModelText(
        summary:
            "Independent Poisson spike trains, one per outgoing connection, with a rate that changes at listed times.",
        equations: """
            number of spikes in a step ~ Poisson(rate * resolution)
            rate = rate_values[i] from rate_times[i] on; 0 before the first time
            """,
        references: [
            "Daley & Vere-Jones (2003) An Introduction to the Theory of Point Processes, vol. 1, ch. 2. doi:10.1007/b97277"
        ],
        notes: [
            "The new rate already holds for spikes with the stamp rate_times[i]; the first possible stamp is start + 2 steps, the last "
                + "stop + 1 step.",
            "After new times are set, the rate stays as it is until the first of them that is still to come; past and current times "
                + "are skipped.",
            "As in NEST, rate_times count from the beginning of the simulation, not from origin.",
            "poisson_generator takes rate_times and rate_values, too, in addition to a rate and a sine.",
        ])
    static let ownParameters = RateCourse.stepParameters

    let values: Settings
    private(set) var course: RateCourse
    private let window: ActivityWindow

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        course = try RateCourse(values, resolution, Self.name)
    }

    func isActive(_ stamp: Int) -> Bool { window.contains(stamp - 1) }

    func succeeding(_ old: Self?, now: Int) -> Self { with(course.succeeding(old?.course, now: now)) }

    var carried: Settings { course.carried }

    func resuming(_ carried: Settings) throws -> Self { with(try course.resuming(carried, Self.name)) }

    private func with(_ course: RateCourse) -> Self {
        var result = self
        result.course = course
        return result
    }
}
