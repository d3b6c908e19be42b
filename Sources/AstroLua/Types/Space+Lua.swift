import AstroCore
import CLua
import LuaBridge

extension Positions: LuaType {
    package static let luaName = "Positions"
    package static var luaPhrase: String { luaName }
    package static var luaMeaning: String {
        "Positions of nodes in mm, made by `astro.space.grid` and `astro.space.uniform`. `#P` is their number. "
            + "`sim:create` takes it as `{ positions = P }`."
    }
    package static var methods: [LuaMethod<Positions>] { [] }
    package var luaLength: Int? { count }
    package var luaText: String { "Positions(\(description))" }

    package static var operators: [LuaOperator] { [.equal(Positions.self)] }
}

extension SpatialFunction: LuaType {
    package static let luaName = "SpatialFunction"
    package static var luaMeaning: String {
        "A function of the positions of two nodes, from `astro.space`, for `p`, weights, delays and other parameters of "
            + "connections. `+ - * /` combine it with numbers and other functions."
    }
    package static var methods: [LuaMethod<SpatialFunction>] { [] }
    package static var fields: [LuaField<SpatialFunction>] {
        [.init("text", "The formula, over distance, dx, dy and dz in mm.", result: "string") { .text($0.text) }]
    }
    package var luaText: String { "SpatialFunction(\(text))" }

    package static var operators: [LuaOperator] {
        let signs: [(String, Character)] = [("__add", "+"), ("__sub", "-"), ("__mul", "*"), ("__div", "/")]
        return [.equal(SpatialFunction.self)]
            + signs.map { name, sign in
                LuaOperator(name, "SpatialFunction \(sign)") { arguments in
                    .object(try SpatialFunction.joined(operand(1, arguments), operand(2, arguments), by: sign))
                }
            }
    }

    private static func operand(_ i: Int, _ arguments: Arguments) throws -> SpatialFunction {
        if arguments.isNumber(i) { return .constant(try arguments.number(i, "the factor")) }
        return try arguments.object(SpatialFunction.self, i, i == 1 ? "the left operand" : "the right operand")
    }
}

extension Mask: LuaType {
    package static let luaName = "Mask"
    package static var luaMeaning: String {
        "A region around a sender, from `astro.space.mask`. `a + b` is the union of two masks, `a * b` their intersection, "
            + "`a - b` the part of a outside b."
    }
    package static var methods: [LuaMethod<Mask>] {
        [
            .init(
                "contains", "mask:contains(displacement) -> boolean",
                "True if a target at this displacement from its sender, { dx, dy } or { dx, dy, dz } in mm, lies inside."
            ) { mask, arguments in
                .flag(try mask.contains(arguments.numbers(1, "displacement")))
            }
        ]
    }
    package var luaText: String { "Mask(\(description))" }

    package static var operators: [LuaOperator] {
        let signs: [(String, Character)] = [("__add", "+"), ("__sub", "-"), ("__mul", "*")]
        return [.equal(Mask.self)]
            + signs.map { name, sign in
                LuaOperator(name, "Mask \(sign)") { arguments in
                    let a = try arguments.object(Mask.self, 1, "the left operand")
                    return .object(try a.joined(arguments.object(Mask.self, 2, "the right operand"), by: sign))
                }
            }
    }
}

extension LuaOperator {
    /// Are two values of a type alike?
    fileprivate static func equal<T: LuaType & Equatable>(_ type: T.Type) -> LuaOperator {
        LuaOperator("__eq", "==") { arguments in
            let a = T.read(arguments.runtime, arguments.L, at: 1)
            return .flag(a != nil && a == T.read(arguments.runtime, arguments.L, at: 2))
        }
    }
}

/// `astro.space`.
extension Runtime {
    static var spaceFunctions: [LuaMethod<Void>] { places + functions }

    private static var places: [LuaMethod<Void>] {
        [
            .init(
                "grid", "astro.space.grid{ shape=, extent=, center=, wrap= } -> Positions",
                "Places on a grid, by columns from the top left.",
                details: """
                    `shape` has 2 or 3 numbers of nodes, `extent` the lengths in mm (1 each), `center` the middle (0). `wrap = true` \
                    lets the edges meet.

                        sheet = sim:create("astrocyte_lr_1994", nil, nil, { positions = astro.space.grid { shape = { 40, 40 }, extent = { 4, 4 } } })
                    """
            ) { _, arguments in
                .object(try Positions(grid: arguments.table(1, "grid")))
            },
            .init(
                "uniform", "astro.space.uniform{ n=, extent=, center=, wrap=, seed= } -> Positions",
                "Places drawn evenly from a rectangle or a box.",
                details: """
                    `extent` has 2 or 3 lengths in mm ({ 1, 1 }), `center` the middle (0). Without `n` there are as many as \
                    nodes; without `seed` the simulation's seed decides. `wrap = true` lets the edges meet.

                        cells = sim:create("iaf_psc_alpha", 1000, {}, { positions = astro.space.uniform { extent = { 2, 2 } } })
                    """
            ) { _, arguments in
                .object(try Positions(uniform: arguments.table(1, "uniform")))
            },
            .init(
                "mask", "astro.space.mask{ kind = { … }, anchor = { dx, dy } } -> Mask",
                "A region around a sender, in mm; + - * join several.",
                details: """
                    Kinds: `circular { radius }`, `rectangular { lower_left, upper_right, azimuth_angle }`, \
                    `doughnut { inner_radius, outer_radius }`, `elliptical { major_axis, minor_axis, azimuth_angle }`; in three \
                    dimensions `spherical { radius }`, `box { lower_left, upper_right, azimuth_angle, polar_angle }`, \
                    `ellipsoidal { major_axis, minor_axis, polar_axis, azimuth_angle, polar_angle }`. Angles are in degrees.

                        ring = astro.space.mask { circular = { radius = 0.5 } } - astro.space.mask { circular = { radius = 0.2 } }
                    """
            ) { _, arguments in
                guard arguments.isTable(1) else { throw arguments.wrong(1, "the mask", "a table") }
                return .object(try arguments.mask(at: arguments.index(1)))
            },
        ]
    }

    private static var functions: [LuaMethod<Void>] {
        let rows: [(SpatialFunction.Named, keys: String, meaning: String)] = [
            (.exponential, "beta=", "exp(-distance/beta)."),
            (.gaussian, "std=, mean=", "exp(-(distance - mean)^2/(2 std^2))."),
            (.linear, "a=, c=", "c + a*distance."),
            (.gabor, "theta=, gamma=, std=, lam=, psi=", "A Gabor function of dx and dy; theta and psi in degrees."),
            (
                .gaussian2D, "std_x=, std_y=, mean_x=, mean_y=, rho=",
                "A Gaussian of dx and dy, each with its own width, correlated by rho."
            ),
            (.gamma, "kappa=, theta=", "The density of a gamma distribution, at the distance."),
        ]
        return rows.map { name, keys, meaning in
            .init(name.rawValue, "astro.space.\(name.rawValue){ \(keys) } -> SpatialFunction", meaning) {
                _, arguments in
                .object(try SpatialFunction(name, arguments.table(1, name.rawValue)))
            }
        }
    }
}

extension Arguments {
    fileprivate func table(_ i: Int, _ name: String) throws -> Settings {
        if !isNothing(i), !isTable(i) { throw wrong(i, name, "a table") }
        return try settings(i, name)
    }

    /// A table such as `{ circular = { radius = 0.5 }, anchor = { 0.1, 0 } }`.
    func mask(at index: Int32) throws -> Mask {
        var tables: [String: Settings] = [:], anchor: Value?
        try forEachField(at: index, "mask") { key in
            let place = lua_gettop(L)
            if key == "anchor" {
                anchor = try settings(of: key, at: place)
            } else {
                guard lua_type(L, place) == LUA_TTABLE else { throw wrong(at: place, key, "a table") }
                tables[key] = try settings(at: place, key)
            }
        }
        return try Mask(tables, anchor: anchor)
    }

    /// The places in `{ positions = P }`.
    func positions(_ i: Int) throws -> Positions? {
        if isNothing(i) { return nil }
        guard isTable(i) else { throw wrong(i, "options", "a table, as in { positions = … }") }
        var result: Positions?
        try forEachField(at: index(i), "options") { key in
            guard key == "positions" else { throw InputError.unknown("there is no option", key, among: ["positions"]) }
            let place = lua_gettop(L)
            if let positions = Positions.read(lua, L, at: place) {
                result = positions
            } else {
                guard lua_type(L, place) == LUA_TTABLE, let points = try points(at: place) else {
                    throw wrong(
                        at: place, key, "a list of points, as { { x, y }, … }, or what astro.space.grid or uniform make"
                    )
                }
                result = try Positions(points: points)
            }
        }
        return result
    }
}
