import WarderModel

/// Why a file cannot be used: where, what is wrong, and what mends it.
///
/// Texts may quote names of keys, cut short and made harmless for a terminal; never what stands behind one.
package struct DeclarationFault: Error, Hashable, Sendable {
    /// A place in the text; both count from 1, columns in characters.
    package struct Place: Hashable, Comparable, Sendable {
        package let line: Int
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        package static func < (left: Self, right: Self) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// `nil` where it is the file as a whole.
    package let place: Place?
    /// One sentence without a full stop.
    package let problem: String
    package let remedy: String

    package init(_ place: Place?, _ problem: String, _ remedy: String) {
        self.place = place
        self.problem = problem
        self.remedy = remedy
    }

    /// `FILE:LINE:COLUMN: problem`.
    package func line(in file: String) -> String {
        place.map { "\(file):\($0.line):\($0.column): \(problem)" } ?? "\(file): \(problem)"
    }
}

/// All that is wrong with a file, in the order of its lines.
package struct DeclarationFaults: Error, Sendable {
    package let faults: [DeclarationFault]

    init(_ faults: [DeclarationFault]) {
        self.faults = faults.sorted { ($0.place ?? .start) < ($1.place ?? .start) }
    }
}

extension DeclarationFault.Place {
    fileprivate static let start = Self(line: 0, column: 0)

    /// Of a byte, which is what searches find.
    init(ofByte offset: Int, in bytes: [UInt8]) {
        let before = bytes[..<offset]
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        self.init(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: String(decoding: bytes[start..<offset], as: UTF8.self).count + 1
        )
    }
}

/// A name out of a file, in quotes.
enum Quoted {
    private static let longest = 60

    static func text(_ text: String) -> String {
        var result = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            guard index < longest else { return "'\(result)…'" }
            if HiddenCharacter.contains(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return "'\(result)'"
    }
}

extension NameError {
    /// What is wrong with a name, in words that can follow a colon.
    var words: String {
        switch self {
        case .empty: "it is empty"
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        case .badCharacter: "it has a character that cannot stand there"
        case .badSegment: "each part must begin with a lowercase letter or a digit"
        case .tooManySegments(let limit): "it has more than \(limit) parts"
        case .missingPart: "a part of it is missing"
        }
    }
}
