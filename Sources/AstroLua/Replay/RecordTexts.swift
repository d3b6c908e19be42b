import AstroCore

/// The texts of a record, which a bundle holds as files.
extension JSON {
    /// A text that is not UTF-8 is kept as its bytes.
    init(linesOf bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self = .texts(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        } else {
            self = .list(bytes.map { .number(Int($0)) })
        }
    }

    /// A record but for the lines of its script and modules.
    package var withoutTexts: JSON { changingTexts { $0.without("lines") } }

    /// A record but for when, where and how long: what comes of packing the same again is the same.
    package var withoutCircumstances: JSON { without("started").without("wall_seconds").without("machine") }

    /// The whole record again. What `content` does not know stays without lines, which no record may.
    package func withTexts(_ content: (_ name: String) -> [UInt8]?) -> JSON {
        changingTexts { text in
            let bytes = text["file"]?.text.flatMap(content)
            return text.without("lines").adding(["lines": bytes.map { JSON(linesOf: $0) }])
        }
    }

    private func changingTexts(_ change: (JSON) -> JSON) -> JSON {
        let modules = self["modules"]?.list.map { JSON.list($0.map(change)) } ?? self["modules"]
        return replacing("script", self["script"].map(change)).replacing("modules", modules)
    }

    /// At its place, where there is a field of that name.
    private func replacing(_ name: String, _ value: JSON?) -> JSON {
        guard case .object(let fields) = self else { return self }
        return .fields(fields.map { ($0.name, $0.name == name ? value : $0.value) })
    }

    private func without(_ name: String) -> JSON { replacing(name, nil) }

    private func adding(_ last: KeyValuePairs<String, JSON?>) -> JSON {
        guard case .object(let fields) = self else { return self }
        return .fields(fields.map { ($0.name, $0.value) } + Array(last))
    }
}
