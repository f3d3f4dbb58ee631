import WarderModel

/// Text on its way to a person's terminal.
///
/// Names, descriptions and messages come from other people. Control characters would move the cursor or change the
/// window's title, and bidirectional or invisible characters would make a line read as something that it is not.
package enum TerminalText {
    /// The text with every character that could drive a terminal or disguise a line written out, such as `\n` or
    /// `\u{202e}`.
    package static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { HiddenCharacter.contains($0) }) else { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where HiddenCharacter.contains(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Columns that the text takes in a terminal: none for combining marks, two for East Asian wide characters and
    /// emoji.
    package static func width(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// The text cut to `limit` columns, with `…` as the last of them where something is missing.
    package static func truncated(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let wide = width(String(character))
            guard used + wide <= limit - 1 else { break }
            used += wide
            result.append(character)
        }
        return result + "…"
    }

    /// The text in rows of at most `limit` columns, which together say all of it; every row but the first begins with
    /// `continuation`.
    package static func wrapped(_ text: String, to limit: Int, continuation: String) -> [String] {
        // None where it is too narrow for the mark and one wide character beside it.
        let indent = continuation.unicodeScalars.reduce(0) { $0 + widest($1) }
        let hasMark = limit >= indent + 2
        var rows: [String] = []
        var row = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            let columns = widest(scalar)
            if used + columns > limit, columns > 0, !row.isEmpty {
                rows.append(String(row))
                row = hasMark ? continuation.unicodeScalars : String.UnicodeScalarView()
                used = hasMark ? indent : 0
            }
            row.append(scalar)
            used += columns
        }
        return rows + [String(row)]
    }

    /// Columns that a scalar takes in any terminal, at most: they do not agree on those that the table does not have,
    /// and a row must not be longer than a line.
    private static func widest(_ scalar: Unicode.Scalar) -> Int {
        let columns = width(scalar)
        return columns == 1 && scalar.value >= 0x1100 ? 2 : columns
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        // Unicode's East Asian Width property is not in the standard library; these are its wide blocks.
        return switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
            0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
