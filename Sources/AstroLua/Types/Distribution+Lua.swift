import AstroCore
import CLua
import CLuaHost
import LuaBridge

extension Distribution: LuaType {
    package static let luaName = "Distribution"
    package static var luaMeaning: String {
        "A distribution, as made by `astro.random`. It can replace the number for a parameter of nodes or synapses; each node or "
            + "connection then draws its own."
    }
    package static var methods: [LuaMethod<Distribution>] {
        [
            .init(
                "draw", "dist:draw([n]) -> number or Vector", "A number drawn from it, or a Vector of n.",
                details: """
                    Each call takes a word from `math.random`: the run's seed, or `math.randomseed`, decides what is drawn. \
                    Draws of nodes and connections are independent of it.

                        local gap = astro.random.exponential(10):draw()
                    """
            ) { distribution, arguments in
                let isOne = arguments.isNothing(1), count = isOne ? 1 : try arguments.integer(1, "n")
                guard count >= 0 else { throw InputError("n = \(count) is not a number of draws (0, 1, 2, …)") }
                try Memory.refuse(16 * Double(count), for: "\(count) numbers")
                let numbers = try distribution.draws(count, seed: host_random_word(arguments.L))
                return isOne ? .number(numbers[0]) : .vector(numbers)
            }
        ]
    }
    package var luaText: String { description }

    package static var operators: [LuaOperator] {
        let calculating = ["__add", "__sub", "__mul", "__div", "__pow", "__unm"].map { name in
            LuaOperator.misuse(
                name, "a distribution can't be used in arithmetic: 2 * uniform(0, 1) is astro.random.uniform(0, 2)")
        }
        return calculating + [
            .init("__eq", "==") { arguments in
                let a = Distribution.read(arguments.runtime, arguments.L, at: 1)
                return .flag(a != nil && a == Distribution.read(arguments.runtime, arguments.L, at: 2))
            }
        ]
    }

    /// For modules of stdlib.
    static var hostFunctions: [LuaMethod<Void>] {
        [
            .init("draw", "host.draw(dist, n, seed, call) -> Vector", "Numbers that seed and call name.") {
                _, arguments in
                let distribution = try arguments.object(Distribution.self, 1, "dist")
                let count = try arguments.integer(2, "n"), seed = Int64(try arguments.integer(3, "seed"))
                // the first is that of dist:draw
                return .vector(
                    try distribution.draws(count, seed: seed, call: try arguments.integer(4, "call") + 1))
            }
        ]
    }

    /// `astro.random`.
    static var makers: [LuaMethod<Void>] {
        [
            .init("uniform", "astro.random.uniform([min [, max]])", "Uniform, min (0) to max (1).") { _, arguments in
                let min = try arguments.optionalNumber(1, "min") ?? 0
                return try checked(.uniform(min: min, max: try arguments.optionalNumber(2, "max") ?? 1))
            },
            .init("normal", "astro.random.normal([mean [, std]])", "Normal, with mean (0) and deviation (1).") {
                _, arguments in
                let mean = try arguments.optionalNumber(1, "mean") ?? 0
                return try checked(.normal(mean: mean, std: try arguments.optionalNumber(2, "std") ?? 1))
            },
            .init("lognormal", "astro.random.lognormal([mean [, std]])", "exp of a normal deviate.") { _, arguments in
                let mean = try arguments.optionalNumber(1, "mean") ?? 0
                return try checked(.lognormal(mean: mean, std: try arguments.optionalNumber(2, "std") ?? 1))
            },
            .init("exponential", "astro.random.exponential([beta])", "Exponential with scale beta (1).") {
                _, arguments in
                try checked(.exponential(beta: try arguments.optionalNumber(1, "beta") ?? 1))
            },
            .init("uniform_int", "astro.random.uniform_int(max)", "A whole number from 0 to max - 1.") { _, arguments in
                try checked(.uniformInt(max: try arguments.integer(1, "max")))
            },
            .init("redraw", "astro.random.redraw(dist, min, max)", "dist, drawn again until within min to max.") {
                _, arguments in
                let inner = try arguments.object(Distribution.self, 1, "dist")
                let min = try arguments.number(2, "min")
                return try checked(.redraw(inner, min: min, max: try arguments.number(3, "max")))
            },
        ]
    }

    private static func checked(_ distribution: Distribution) throws -> LuaValue {
        try distribution.check()
        return .object(distribution)
    }
}
