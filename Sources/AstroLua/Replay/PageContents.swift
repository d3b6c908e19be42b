import AstroCore

/// The bundle in a page that `astrolua publish` has written: a link whose target is the bundle itself. It may be a stranger's.
package enum PageContents {
    package static let start = "<!DOCTYPE html>"
    private static let link = "<a id=\"astrolua-bundle\" download=\"", target = "\" href=\"data:application/zip;base64,"

    /// The link to a bundle; `name` has been escaped.
    package static func link(_ name: String, _ bundle: [UInt8], text: String) -> String {
        "\(link)\(name)\(target)\(Base64.text(of: bundle))\">\(text)</a>"
    }

    package static func bundle(in page: [UInt8]) throws -> [UInt8] {
        guard let place = page.firstRange(of: Array(link.utf8))?.upperBound,
            let content = page[place...].firstRange(of: Array(target.utf8))?.upperBound,
            let end = page[content...].firstIndex(of: UInt8(ascii: "\""))
        else { throw InputError("the page holds no bundle (astrolua publish writes pages that do)") }
        guard let bytes = Base64.bytes(of: page[content..<end]) else {
            throw InputError("the bundle in the page is damaged")
        }
        return bytes
    }
}
