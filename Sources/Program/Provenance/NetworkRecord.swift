import AstroCore
import Glibc

/// What a record says of one network: parameters of populations, and connections.
struct NetworkRecord {
    /// "simulation 1, nodes 2 'exc'": what is said of them. Devices are counted, too, other than in states.
    private let entries: [(name: String, model: String, values: JSON)]

    init(_ network: JSON) {
        let number = network["simulation"]?.whole ?? 0
        func fields(_ name: String, _ model: String = "", _ values: JSON?) -> (String, String, JSON) {
            ("simulation \(number)\(name)", model, values ?? .null)
        }
        let head = JSON.fields(["seed": network["seed"], "resolution": network["resolution"]])
        let populations = (network["populations"]?.list ?? []).enumerated().map { i, population in
            fields(
                ", nodes \(i + 1)\(Self.label(population))", population["model"]?.text ?? "",
                JSON.fields(["nodes": population["nodes"], "model": population["model"]]).joined(
                    population["parameters"]))
        }
        let connections = (network["connections"]?.list ?? []).enumerated().map { i, connection in
            fields(", connections \(i + 1)", "", connection.flat)
        }
        entries = [fields("", "", head)] + populations + connections
    }

    private static func label(_ population: JSON) -> String { population["label"]?.text.map { " '\($0)'" } ?? "" }

    static func changes(_ old: NetworkRecord, _ new: NetworkRecord, _ models: ModelTables) -> [String] {
        let was = Dictionary(old.entries.map { ($0.name, $0.values) }) { first, _ in first }
        let now = Set(new.entries.map(\.name))
        let gone = old.entries.filter { !now.contains($0.name) }.map { "\($0.name): is not there any more" }
        return new.entries.flatMap { name, model, values -> [String] in
            guard let before = was[name] else { return ["\(name): is new"] }
            let names = before.fieldNames + values.fieldNames.filter { before[$0] == nil }
            return names.filter { before[$0] != values[$0] }.map { key in
                let (standard, unit) = (models.standard(key, of: model), models.unit(key, of: model))
                let change = "\(shown(before[key] ?? standard)) -> \(shown(values[key] ?? standard))"
                return "\(name): \(key) \(change)\(unit.isEmpty ? "" : " \(unit)")"
            }
        } + gone
    }

    private static let mostLetters = 100

    static func shown(_ value: JSON?) -> String {
        if let count = value?["values"]?.whole {
            let numbers = ["least", "greatest", "mean"].map { rounded(value?[$0]?.number ?? .nan) }
            return "\(count) values from \(numbers[0]) to \(numbers[1]), mean \(numbers[2])"
        }
        let text = value?.text ?? value?.description ?? "none"
        return text.count > mostLetters ? "\(text.prefix(mostLetters))…" : text
    }

    /// Five digits.
    private static func rounded(_ x: Double) -> String {
        guard x.isFinite, x != 0 else { return formatted(x) }
        let unit = pow(10, (log10(abs(x))).rounded(.down) - 4)
        return formatted(((x / unit).rounded() * unit * 1e9).rounded() / 1e9)
    }
}

/// What records say of the parameters of their models.
struct ModelTables {
    private var rows: [String: JSON] = [:]

    /// Of several records; the first one that knows a model counts.
    init(_ lists: JSON?...) {
        for model in lists.compactMap({ $0?.list }).joined() {
            for parameter in model["parameters"]?.list ?? [] {
                guard let key = Self.key(parameter["name"]?.text, model["model"]?.text), rows[key] == nil else {
                    continue
                }
                rows[key] = parameter
            }
        }
    }

    /// Empty for a plain number.
    func unit(_ parameter: String, of model: String) -> String {
        let unit = row(parameter, model)?["unit"]?.text ?? ""
        return unit == "1" ? "" : unit
    }

    func standard(_ parameter: String, of model: String) -> JSON? { row(parameter, model)?["default"] }

    func meaning(_ parameter: String, of model: String) -> String { row(parameter, model)?["meaning"]?.text ?? "" }

    private func row(_ parameter: String, _ model: String) -> JSON? { Self.key(parameter, model).flatMap { rows[$0] } }

    private static func key(_ parameter: String?, _ model: String?) -> String? {
        parameter.flatMap { parameter in model.map { "\($0) \(parameter)" } }
    }
}

extension JSON {
    fileprivate var fieldNames: [String] { if case .object(let fields) = self { fields.map(\.name) } else { [] } }

    /// With the fields of another object behind its own.
    fileprivate func joined(_ other: JSON?) -> JSON {
        let names = fieldNames.map { ($0, self[$0]) } + (other?.fieldNames ?? []).map { ($0, other?[$0]) }
        return .fields(names)
    }

    /// Objects in it as fields of its own: "synapse.weight".
    fileprivate var flat: JSON {
        .fields(
            fieldNames.flatMap { name -> [(String, JSON?)] in
                guard let value = self[name], !value.fieldNames.isEmpty else { return [(name, self[name])] }
                let inner = value.flat
                return inner.fieldNames.map { ("\(name).\($0)", inner[$0]) }
            })
    }
}
