/// A number that follows from where two nodes lie, as a formula over `distance`, `dx`, `dy` and `dz` in mm.
public struct SpatialFunction: Sendable, Equatable {
    public let text: String

    init(text: String) { self.text = text }

    /// "+", "-", "*" and "/" of scripts, with a number or another one.
    public static func joined(_ a: SpatialFunction, _ b: SpatialFunction, by sign: Character) throws -> SpatialFunction
    {
        let text = "(\(a.text)) \(sign) (\(b.text))"
        guard text.utf8.count <= mostBytes else {
            throw InputError("a function of \(text.utf8.count) characters is too long (at most \(mostBytes))")
        }
        return SpatialFunction(text: text)
    }

    private static let mostBytes = 10_000

    public static func constant(_ x: Double) -> SpatialFunction { SpatialFunction(text: "\(x)") }
}

extension SpatialFunction: CustomStringConvertible {
    public var description: String { text }
}

/// Those that have names in scripts. Formulas are the reference simulator's.
extension SpatialFunction {
    public enum Named: String, CaseIterable, Sendable { case exponential, gaussian, linear, gabor, gaussian2D, gamma }

    public init(_ name: Named, _ settings: Settings) throws {
        text = try NamedFunction(name, settings).text
    }
}

private struct NamedFunction {
    private let name: SpatialFunction.Named
    private let reader: SpaceSettings

    init(_ name: SpatialFunction.Named, _ settings: Settings) throws {
        self.name = name
        reader = try SpaceSettings(settings, Self.keys(name))
    }

    private static func keys(_ name: SpatialFunction.Named) -> [String] {
        switch name {
        case .exponential: ["beta"]
        case .gaussian: ["mean", "std"]
        case .linear: ["a", "c"]
        case .gabor: ["theta", "gamma", "std", "lam", "psi"]
        case .gaussian2D: ["mean_x", "mean_y", "std_x", "std_y", "rho"]
        case .gamma: ["kappa", "theta"]
        }
    }

    /// A key's value as a formula has it; 1 or 0 where it is not given.
    private func value(_ key: String, _ standard: Double) throws -> String { "(\(try number(key, standard)))" }

    private func number(_ key: String, _ standard: Double) throws -> Double { try reader.number(key) ?? standard }

    private func positive(_ key: String) throws -> String {
        let x = try number(key, 1)
        guard x > 0 else { throw reader.error("\(key) = \(formatted(x)) must be above 0") }
        return "(\(x))"
    }

    var text: String {
        get throws {
            switch name {
            case .exponential: return "exp(-distance/\(try positive("beta")))"
            case .gaussian: return "exp(-(distance - \(try value("mean", 0)))^2/(2*\(try positive("std"))^2))"
            case .linear: return "\(try value("c", 0)) + \(try value("a", 1))*distance"
            case .gabor: return try gabor
            case .gaussian2D: return try gaussian2D
            case .gamma: return try gamma
            }
        }
    }

    private var gabor: String {
        get throws {
            let (sin, cos) = sinCosOfTurns(try number("theta", 0) / 360)
            let along = "(\(cos)*dx + (\(sin))*dy)", across = "(\(cos)*dy - (\(sin))*dx)"
            let phase = try number("psi", 0) / 180 * Double.pi
            return "max(0, cos(2*pi*\(across)/\(try positive("lam")) + (\(phase))))"
                + "*exp(-(\(try value("gamma", 1))^2*\(along)^2 + \(across)^2)/(2*\(try positive("std"))^2))"
        }
    }

    private var gaussian2D: String {
        get throws {
            let rho = try number("rho", 0)
            guard rho > -1, rho < 1 else {
                throw reader.error("rho = \(formatted(rho)) must be between -1 and 1")
            }
            let x = "((dx - \(try value("mean_x", 0)))/\(try positive("std_x")))",
                y = "((dy - \(try value("mean_y", 0)))/\(try positive("std_y")))"
            return "exp(-(\(x)^2 + \(y)^2 - 2*(\(rho))*\(x)*\(y))/(2*(\(1 - rho * rho))))"
        }
    }

    private var gamma: String {
        get throws {
            let kappa = try number("kappa", 1), theta = try positive("theta")
            guard kappa > 0 else { throw reader.error("kappa = \(formatted(kappa)) must be above 0") }
            let log = logGamma(kappa)
            return "(distance/\(theta))^(\(kappa - 1))*exp(-distance/\(theta) - (\(log)))/\(theta)"
        }
    }
}

/// ln Gamma(x) for x > 0: Stirling's series, for small x by way of x + 20.
private func logGamma(_ x: Double) -> Double {
    var product = 1.0, z = x
    while z < 20 { (product, z) = (product * z, z + 1) }
    let y = 1 / (z * z)
    let series = (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y / 1188)))) / z
    return (z - 0.5) * logarithmEverywhere(z) - z + 0.9189385332046727 + series - logarithmEverywhere(product)
}
