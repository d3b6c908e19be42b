import AstroCore

/// A model as the reference has it: Tests/Fixtures/reference/models.json.
struct ReferenceModel: Decodable, Sendable {
    struct Parameter: Decodable, Sendable {
        let `default`: JSONValue
        let unit: String
        let role: String?
    }

    struct Refusal: Decodable, Sendable {
        let refused: String
        let tried: [String: JSONValue]
    }

    let kind: String
    let family: String?
    let parameters: [String: Parameter]
    let recordables: [String: String]?
    let refused: [Refusal]?
    let accepted: [[String: JSONValue]]?

    private struct File: Decodable {
        let models: [String: ReferenceModel]
    }

    static let all: [String: ReferenceModel] =
        (try? Fixtures.decode(File.self, from: "reference/models.json").models) ?? [:]

    /// Those we have as well, sorted by name.
    static let registered: [(String, ReferenceModel)] = all.filter { name, _ in
        Catalogue.models.contains { $0.name == name }
    }
    .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
}
