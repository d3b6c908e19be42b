import AstroCore
import Testing

/// One deterministic scenario: its specification (Tests/Fixtures/reference/NAME.json) says completely what is to be run.
struct Scenario: Decodable, Sendable, CustomTestStringConvertible {
    struct Population: Decodable, Sendable {
        let name: String
        let model: String
        let n: Int?
        let params: [String: JSONValue]?
    }

    struct Synapse: Decodable, Sendable {
        let synapse_model: String
        let weight: Double
        let delay_ms: Double
        let receptor_type: Double?
        let params: [String: JSONValue]?

        var settings: Settings {
            var settings = (params ?? [:]).settings
            settings["synapse_model"] = .text(synapse_model)
            settings["weight"] = .number(weight)
            settings["delay"] = .number(delay_ms)
            settings["receptor_type"] = receptor_type.map { .number($0) }
            return settings
        }
    }

    struct Connection: Decodable, Sendable {
        let source: String
        let target: String
        let synapse: Synapse

        enum Key: CodingKey { case source, target }

        init(from decoder: any Decoder) throws {
            let keys = try decoder.container(keyedBy: Key.self)
            source = try keys.decode(String.self, forKey: .source)
            target = try keys.decode(String.self, forKey: .target)
            synapse = try Synapse(from: decoder)
        }
    }

    struct Tripartite: Decodable, Sendable {
        let pre: String
        let post: String
        let third: String
        let conn_spec: [String: JSONValue]
        let third_factor_conn_spec: [String: JSONValue]
        let syn_specs: [String: Synapse]
    }

    struct Record: Decodable, Sendable {
        let node: String
        let quantities: [String]
        let interval_ms: Double
        let stop_ms: Double?
        let statistic: [String]?
    }

    struct Sensitivity: Decodable, Sendable {
        let max_abs_change: [String: Double]
    }

    struct Files: Decodable, Sendable {
        let csv: String?
        let spikes_csv: String?
        let weights_csv: String?
    }

    let name: String
    let resolution_ms: Double
    let sim_time_ms: Double
    let nodes: [Population]
    let connections: [Connection]?
    let tripartite: [Tripartite]?
    let record: [Record]
    let spikes_from: [String]?
    let sensitivity: Sensitivity?
    /// Of the table of traces; nil where there is none.
    let columns: [String]?
    let files: Files

    var testDescription: String { name }
}

extension Scenario {
    /// Every scenario in Tests/Fixtures/reference that names its nodes; the statistical ones do not.
    static let all: [Scenario] = Fixtures.names(in: "reference") { _ in true }
        .compactMap { try? Fixtures.decode(Scenario.self, from: "reference/\($0).json") }

    static func named(_ name: String) -> Scenario { all.first { $0.name == name }! }

    func referenceTable() throws -> Table { try Table(path: "reference/\(files.csv!)") }

    /// The reference's spikes; `nil` where the scenario stores none.
    func referenceSpikes() throws -> [Spike]? {
        guard let path = files.spikes_csv else { return nil }
        return try Fixtures.lines(of: "reference/\(path)").lines
            .map { Spike(step: step(of: Double($0[0])!), sender: String($0[1])) }.sorted()
    }

    /// The grid point nearest to a time.
    func step(of ms: Double) -> Int { Int((ms / resolution_ms).rounded()) }

    /// How element `i` of a population is called in the files.
    func elementName(_ population: Population, _ i: Int) -> String {
        (population.n ?? 1) == 1 ? population.name : "\(population.name)[\(i)]"
    }
}

/// A spike on the grid. Coinciding spikes of one sender are equal, and listed as often as they occur.
struct Spike: Sendable, Hashable, Comparable, CustomStringConvertible {
    let step: Int
    let sender: String

    var description: String { "\(sender) at step \(step)" }
    static func < (a: Spike, b: Spike) -> Bool { (a.step, a.sender) < (b.step, b.sender) }
}
