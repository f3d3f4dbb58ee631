import Foundation

/// Escapes each character of a text in a manner of its own.
enum Escaping {
    private static let names: [Character: String] = [
        "+": "plus", "/": "sol", "=": "equals", "&": "amp", "<": "lt", ">": "gt", "\"": "quot", "'": "apos",
        "%": "percnt",
        "_": "lowbar", ".": "period", ":": "colon", "\\": "bsol",
    ]

    /// A spelling of `text`, whose escapes may be escaped once more.
    static func spelled(_ text: [UInt8], _ random: inout some RandomNumberGenerator) -> [UInt8] {
        text.flatMap { byte -> [UInt8] in
            let once = spelled(byte, &random)
            guard once != [byte], Int.random(in: 0..<6, using: &random) == 0 else { return once }
            let twice = once.flatMap { spelled($0, &random) }
            return twice.count < 64 ? twice : once
        }
    }

    private static func spelled(_ byte: UInt8, _ random: inout some RandomNumberGenerator) -> [UInt8] {
        func cased(_ text: String) -> String {
            String(text.map { Bool.random(using: &random) ? Character($0.uppercased()) : $0 })
        }
        let zeros = String(repeating: "0", count: Int.random(in: 0...5, using: &random))
        let hex = String(format: "%02x", byte)
        let isPunctuation = (0x21...0x2F).contains(byte) || (0x3A...0x40).contains(byte) || (0x5B...0x60).contains(byte)
        let text: String? =
            switch Int.random(in: 0..<12, using: &random) {
            case 0: "%" + cased(hex)
            case 1: #"\u00"# + cased(hex)
            case 2: #"\x"# + cased(hex)
            case 3: "&#\(zeros)\(byte);"
            case 4: "&#\(cased("x"))\(zeros)\(cased(hex));"
            case 5: names[Character(Unicode.Scalar(byte))].map { "&\($0);" }
            case 6: isPunctuation ? #"\"# + String(Unicode.Scalar(byte)) : nil
            case 7: byte == 0x20 ? "+" : nil
            case 8: byte == UInt8(ascii: "'") ? #"'\''"# : nil
            default: nil
            }
        return text.map { Array($0.utf8) } ?? [byte]
    }
}
