import AstroCore
import CLua
import Glibc
import LuaBridge
import LuaShim

extension Vector: LuaType {
    package static let luaName = "Vector"
    package static var luaMeaning: String {
        "A typed array of numbers, made by `astro.vector{ … }`, or returned by calls that return many numbers. `#v` is its length, "
            + "`v[i]` an element (counted from 1, negative from the end; the one after the last is nil, all others are an "
            + "error), and `ipairs(v)` loops over all. `+ - * / ^` "
            + "take a number or an equally long Vector and work element by element; `-v` and `==` work, too."
    }

    package var luaLength: Int? { values.count }

    package var luaText: String {
        let shown = values.prefix(6).map(formatted).joined(separator: ", ")
        return "Vector(n = \(values.count): \(shown)\(values.count > 6 ? ", …" : ""))"
    }

    package static var luaAssignmentHint: String? {
        "a Vector cannot be changed: v:map(f) makes another one, v:totable() a table that can be changed"
    }

    /// nil behind the last one, where `ipairs` stops.
    package func luaElement(_ index: Int, _ arguments: Arguments) throws -> LuaValue {
        let i = index < 0 ? values.count + index : index - 1
        if values.indices.contains(i) { return .number(values[i]) }
        if index == values.count + 1 { return .none }
        let range = values.isEmpty ? "the Vector is empty" : "it has elements 1 to \(values.count), or -1 from the end"
        throw InputError("a Vector has no element \(index) (\(range))")
    }

    package static var methods: [LuaMethod<Vector>] {
        [
            .init("sum", "v:sum()", "The sum of all elements.") { v, _ in .number(v.sum) },
            .init("mean", "v:mean()", "The arithmetic mean.") { v, _ in
                try v.needElements("mean")
                return .number(v.mean)
            },
            .init("std", "v:std()", "The standard deviation (divided by n, as numpy does).") { v, _ in
                try v.needElements("standard deviation")
                return .number(v.standardDeviation)
            },
            .init("min", "v:min()", "The smallest element.") { v, _ in
                try v.needElements("minimum")
                return .number(v.values.min()!)
            },
            .init("max", "v:max()", "The largest element.") { v, _ in
                try v.needElements("maximum")
                return .number(v.values.max()!)
            },
            .init("sorted", "v:sorted()", "A new Vector in ascending order.") { v, arguments in
                try v.result(v.values.count, arguments) { out in
                    var sorted = out
                    _ = sorted.update(from: v.values)
                    sorted.sort()
                }
            },
            .init("slice", "v:slice(first [, last])", "Elements first to last, counted from 1, negative from the end.")
            {
                v, arguments in
                let (first, last) = v.range(
                    try arguments.integer(1, "first"), try arguments.optionalInteger(2, "last") ?? -1)
                let part = v.values[first - 1..<max(last, first - 1)]
                return try v.result(part.count, arguments) { _ = $0.update(from: part) }
            },
            .init("select", "v:select(mask)", "The elements where the mask is not 0.") { v, arguments in
                let mask = try arguments.object(Vector.self, 1, "mask")
                try v.needEqualLength(mask)
                return try v.result(mask.values.count { $0 != 0 }, arguments) { out in
                    var next = 0
                    for i in v.values.indices where mask.values[i] != 0 {
                        out[next] = v.values[i]
                        next += 1
                    }
                }
            },
            comparison("gt", "greater than x", >),
            comparison("lt", "less than x", <),
            comparison("ge", "x or greater", >=),
            comparison("le", "x or less", <=),
            comparison("eq", "equal to x", ==),
            .init("map", "v:map(f)", "A new Vector of f(element).") { v, arguments in
                try v.map(try arguments.function(1, "f"), arguments)
            },
            .init("totable", "v:totable()", "The elements as a plain table.") { v, arguments in
                try v.pushTable(arguments)
            },
            .init(
                "histogram", "v:histogram(bins [, min, max]) -> counts, edges",
                "How many elements fall into each of `bins` equal intervals; the last one holds its upper edge."
            ) { v, arguments in
                try v.histogram(arguments)
            },
        ]
    }

    package static var operators: [LuaOperator] {
        [
            arithmetic("__add", "+", +),
            arithmetic("__sub", "-", -),
            arithmetic("__mul", "*", *),
            arithmetic("__div", "/", /),
            arithmetic("__pow", "^", pow),
            .misuse("__lt", "Vectors are compared by methods, which return masks: v:lt(x), v:gt(x)"),
            .misuse("__le", "Vectors are compared by methods, which return masks: v:le(x), v:ge(x)"),
            .misuse("__concat", "a Vector is not text (tostring(v) is)"),
            .misuse("__call", "a Vector can't be called; a loop takes ipairs: for i, x in ipairs(v) do"),
            .init("__unm", "-") { arguments in
                let v = try arguments.object(Vector.self, 1, "operand")
                return try v.result(v.values.count, arguments) { out in
                    for i in out.indices { out[i] = -v.values[i] }
                }
            },
            .init("__eq", "==") { arguments in
                guard let a = Vector.read(arguments.runtime, arguments.L, at: 1),
                    let b = Vector.read(arguments.runtime, arguments.L, at: 2)
                else { return .flag(false) }
                return .flag(a.values.elementsEqual(b.values))
            },
        ]
    }
}

extension Vector {
    var sum: Double { values.reduce(0, +) }
    var mean: Double { sum / Double(values.count) }

    var standardDeviation: Double {
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count)).squareRoot()
    }

    private func needElements(_ what: String) throws {
        if values.isEmpty { throw InputError("an empty Vector has no \(what)") }
    }

    private func needEqualLength(_ other: Vector) throws {
        guard values.count == other.values.count else {
            throw InputError("the Vectors have \(values.count) and \(other.values.count) elements")
        }
    }

    /// 1-based inclusive bounds, negative ones from the end, cut to what there is.
    private func range(_ first: Int, _ last: Int) -> (Int, Int) {
        let from = first < 0 ? values.count + first + 1 : first
        let to = last < 0 ? values.count + last + 1 : last
        return (max(from, 1), min(to, values.count))
    }

    private func result(
        _ count: Int, _ arguments: Arguments, _ fill: (UnsafeMutableBufferPointer<Double>) throws -> Void
    ) throws -> LuaValue {
        try Vector.push(arguments.runtime, arguments.L, asking: count, fill)
        return .pushed(1)
    }

    private func pushTable(_ arguments: Arguments) throws -> LuaValue {
        try Memory.refuse(Double(values.count) * LuaValue.bytesInTable, for: "tables of \(values.count) numbers")
        let L = arguments.L
        lua_createtable(L, Int32(clamping: values.count), 0)
        for (i, value) in values.enumerated() {
            lua_pushnumber(L, value)
            lua_rawseti(L, -2, lua_Integer(i + 1))
        }
        return .pushed(1)
    }

    private func map(_ function: Int32, _ arguments: Arguments) throws -> LuaValue {
        let L = arguments.L
        try Vector.push(arguments.runtime, L, asking: values.count) { out in
            for i in 0..<values.count {
                lua_pushvalue(L, function)
                lua_pushnumber(L, values[i])
                try arguments.runtime.callBack(L, arguments: 1, results: 1)
                guard lua_type(L, -1) == LUA_TNUMBER else {
                    throw InputError("f must return a number, got \(arguments.described(at: -1)) for element \(i + 1)")
                }
                out[i] = lua_tonumberx(L, -1, nil)
                shim_pop(L, 1)
            }
        }
        return .pushed(1)
    }

    private func histogram(_ arguments: Arguments) throws -> LuaValue {
        let bins = try arguments.integer(1, "bins")
        guard bins >= 1 else { throw InputError("bins = \(bins) must be at least 1") }
        try Memory.refuse(4 * Vector.bytes(bins), for: "counts and edges of \(bins) bins")
        let low = try arguments.optionalNumber(2, "min") ?? values.min() ?? 0
        let high = try arguments.optionalNumber(3, "max") ?? values.max() ?? 1
        let (lower, upper) = low == high && arguments.isNothing(3) ? (low - 0.5, high + 0.5) : (low, high)
        guard lower < upper, (upper - lower).isFinite else {
            throw InputError("min = \(formatted(lower)) must be below max = \(formatted(upper))")
        }
        let edges = Self.edges(from: lower, to: upper, count: bins)
        guard zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw InputError(
                "bins = \(bins) are too many between \(formatted(lower)) and \(formatted(upper)): neighbouring edges would be equal"
            )
        }
        var counts = [Double](repeating: 0, count: bins)
        for x in values where x >= lower && x <= upper { counts[Self.interval(of: x, edges)] += 1 }
        arguments.runtime.push(.vector(counts), arguments.L)
        arguments.runtime.push(.vector(edges), arguments.L)
        return .pushed(2)
    }

    /// As numpy computes them, to the bit.
    private static func edges(from lower: Double, to upper: Double, count: Int) -> [Double] {
        let width = (upper - lower) / Double(count)
        return (0..<count).map { lower + Double($0) * width } + [upper]
    }

    /// Which interval holds x: its edges decide, since the quotient may be off by its rounding.
    private static func interval(of x: Double, _ edges: [Double]) -> Int {
        let lower = edges[0], last = edges.count - 2
        var i = min(Int((x - lower) / (edges[last + 1] - lower) * Double(last + 1)), last)
        while i > 0, x < edges[i] { i -= 1 }
        while i < last, x >= edges[i + 1] { i += 1 }
        return i
    }

    private static func comparison(
        _ name: String, _ meaning: String, _ holds: @escaping (Double, Double) -> Bool
    ) -> LuaMethod<Vector> {
        .init(name, "v:\(name)(x)", "A mask: 1 where an element is \(meaning), otherwise 0.") { v, arguments in
            try combine(v, arguments, 1, name) { holds($0, $1) ? 1 : 0 }
        }
    }

    /// Writes straight into the result, which stays on the stack.
    private static func combine(
        _ v: Vector, _ arguments: Arguments, _ i: Int, _ name: String, _ operation: (Double, Double) -> Double
    ) throws -> LuaValue {
        let (runtime, L) = (arguments.runtime, arguments.L)
        if let other = Vector.read(runtime, L, at: arguments.index(i)) {
            try v.needEqualLength(other)
            try push(runtime, L, asking: v.values.count) { out in
                for k in out.indices { out[k] = operation(v.values[k], other.values[k]) }
            }
            return .pushed(1)
        }
        guard arguments.isNumber(i) else { throw arguments.wrong(i, "x", "a number or a Vector") }
        let x = lua_tonumberx(L, arguments.index(i), nil)
        try push(runtime, L, asking: v.values.count) { out in
            for k in out.indices { out[k] = operation(v.values[k], x) }
        }
        return .pushed(1)
    }

    private static func arithmetic(
        _ name: String, _ symbol: String, _ operation: @escaping (Double, Double) -> Double
    ) -> LuaOperator {
        .init(name, "Vector \(symbol)") { arguments in
            if let left = Vector.read(arguments.runtime, arguments.L, at: 1) {
                return try combine(left, arguments, 2, symbol, operation)
            }
            let right = try arguments.object(Vector.self, 2, "the right operand")
            return try combine(right, arguments, 1, symbol) { operation($1, $0) }
        }
    }
}
