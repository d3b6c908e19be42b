import CLuaHost

/// Text as a terminal may show it: whoever prints what came from a script sends it through here.
public func visible(_ text: String) -> String { visible(bytes: Array(text.utf8)) }

package func visible(bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    let shown = [CChar](unsafeUninitializedCapacity: bytes.count * Int(HOST_SHOWN) + 1) { buffer, count in
        count = bytes.withUnsafeBytes {
            host_make_visible($0.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, buffer.baseAddress)
        }
    }
    return String(decoding: shown.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The same for text that the program has coloured: ESC [ … m, which changes the look of letters only, goes through.
public func visible(_ text: String, keepingColours: Bool) -> String {
    guard keepingColours else { return visible(text) }
    var shown = ""
    for (i, piece) in text.split(separator: "\u{1B}", omittingEmptySubsequences: false).enumerated() {
        let style =
            i > 0 && piece.first == "[" ? piece.dropFirst().prefix { $0 == ";" || ("0"..."9").contains($0) } : ""
        let isStyle = i > 0 && piece.dropFirst(1 + style.count).first == "m"
        shown +=
            isStyle
            ? "\u{1B}[\(style)m" + visible(String(piece.dropFirst(2 + style.count)))
            : visible((i > 0 ? "\u{1B}" : "") + piece)
    }
    return shown
}
