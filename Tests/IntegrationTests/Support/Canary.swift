import Foundation

/// A text that must be nowhere, and the forms in which it could stand there all the same.
struct Canary {
    /// The whole text; it may hold characters that encodings escape.
    let text: String
    /// The part of it that no two canaries share: letters, digits and hyphens, which most encodings leave as they are.
    let core: String

    /// `prefix`: characters that encodings escape belong here.
    init(_ prefix: String) {
        core = UUID().uuidString.lowercased()
        text = prefix + core
    }

    /// A text that is a canary as a whole.
    init(exactly text: String) {
        (self.text, core) = (text, text)
    }

    /// The text between the quotes of a JSON string.
    var inJSON: String {
        let array = (try? JSONSerialization.data(withJSONObject: [text], options: .withoutEscapingSlashes)) ?? Data()
        return String(decoding: array.dropFirst(2).dropLast(2), as: UTF8.self)
    }

    /// Names of the forms in which it stands in these bytes.
    func forms(in bytes: Data) -> [String] {
        Self.encodings(of: core).filter { bytes.range(of: Data($0.text.utf8)) != nil }.map(\.name)
    }

    /// The core stands for the text: verbatim it is also part of what JSON or a URL makes of the text.
    private static func encodings(of core: String) -> [(name: String, text: String)] {
        let units = core.utf16.map { String($0, radix: 16) }
        let hex = core.utf8.map { String($0, radix: 16) }.joined()
        var encodings = [
            ("verbatim", core), ("upper case", core.uppercased()),
            ("JSON escapes", units.map { "\\u00" + $0 }.joined()),
            ("JSON escapes in upper case", units.map { "\\u00" + $0.uppercased() }.joined()),
            ("percent escapes", units.map { "%" + $0.uppercased() }.joined()),
            ("hexadecimal", hex), ("hexadecimal in upper case", hex.uppercased()),
        ]
        // Where a text begins in the encoded bytes decides which base64 it becomes; what depends on its neighbours is
        // left out on both sides.
        for shift in 0..<3 {
            let whole = Data((String(repeating: "x", count: shift) + core).utf8)
            let base64 = whole.base64EncodedString().prefix { $0 != "=" }
            let inner = String(base64.dropFirst(shift == 0 ? 0 : shift + 1).dropLast(whole.count % 3 == 0 ? 0 : 1))
            encodings.append(("base64, shifted by \(shift)", inner))
            let url = inner.replacing("+", with: "-").replacing("/", with: "_")
            if url != inner { encodings.append(("base64url, shifted by \(shift)", url)) }
        }
        return encodings
    }
}
