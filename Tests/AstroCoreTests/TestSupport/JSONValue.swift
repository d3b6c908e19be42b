import AstroCore

/// A value of the reference's JSON files, as a script would hand it to the engine.
struct JSONValue: Decodable, Sendable {
    let value: Value

    init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if let flag = try? box.decode(Bool.self) {
            value = .flag(flag)
        } else if let number = try? box.decode(Double.self) {
            value = .number(number)
        } else if let numbers = try? box.decode([Double].self) {
            value = .numbers(numbers)
        } else if let texts = try? box.decode([String].self) {
            value = .texts(texts)
        } else {
            value = .text(try box.decode(String.self))
        }
    }
}

extension Dictionary where Key == String, Value == JSONValue {
    var settings: Settings { mapValues(\.value) }
}

extension Settings {
    /// These settings and `other`'s; where both have a name, `other`'s value.
    func with(_ other: Settings) -> Settings { merging(other) { $1 } }
}
