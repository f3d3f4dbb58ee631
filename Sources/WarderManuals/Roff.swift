/// Text as roff(7) takes it.
enum Roff {
    /// One line of text: nothing in it is a request or an escape, and hyphens can be copied out of the page as they
    /// are.
    static func escaped(_ text: String) -> String { line(characters(text)) }

    /// A line that begins with a full stop would be a request. (A quote cannot stand there any more.)
    private static func line(_ roff: String) -> String { roff.hasPrefix(".") ? "\\&" + roff : roff }

    private static func characters(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\(rs"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case _ where character.isASCII: result.unicodeScalars.append(character)
            // Groff reads no UTF-8 by itself.
            default:
                let digits = String(character.value, radix: 16, uppercase: true)
                result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
            }
        }
        return result
    }

    /// Prose, in which words between backquotes are printed bold.
    static func prose(_ text: String) -> String {
        let pieces = text.split(separator: "`", omittingEmptySubsequences: false)
        // An odd one is a backquote like any other character.
        guard !pieces.count.isMultiple(of: 2) else { return escaped(text) }
        return line(
            pieces.enumerated().map { index, piece in
                index.isMultiple(of: 2) ? characters(String(piece)) : bold(String(piece))
            }.joined()
        )
    }

    static func bold(_ text: String) -> String { "\\fB\(characters(text))\\fR" }
    static func italic(_ text: String) -> String { "\\fI\(characters(text))\\fR" }

    /// An argument of a request.
    static func argument(_ text: String) -> String {
        "\"\(characters(text.replacing("\"", with: "")))\""
    }
}
