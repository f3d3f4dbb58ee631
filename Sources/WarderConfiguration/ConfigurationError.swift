import WarderModel

/// Why the daemon does not start: where, what is wrong, and what mends it.
///
/// Texts may quote the configuration, because nothing secret ever stands in it; what is quoted is cut short and cannot
/// write control characters to a terminal.
package struct ConfigurationError: Error, Sendable, Equatable {
    /// Where the fault lies.
    package enum Place: Sendable, Equatable {
        /// A file; line and column count from 1, columns in characters.
        case file(String, line: Int? = nil, column: Int? = nil)
        /// An environment variable.
        case variable(String)
        /// The user that the daemon runs as.
        case user(UInt32)
    }

    package var place: Place
    /// One sentence without a full stop.
    package var problem: String
    /// What to do about it.
    package var remedy: String

    /// What the process should exit with: `EX_CONFIG` of sysexits.h, which systemd's `RestartPreventExitStatus=` can
    /// name.
    package static let exitStatus: Int32 = 78
}

extension ConfigurationError: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: problem`, and the remedy on a line of its own.
    package var description: String { "\(place): \(problem)\n  \(remedy)" }
}

extension ConfigurationError.Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path, let line?, let column?): "\(Quotation.plain(path)):\(line):\(column)"
        case .file(let path, let line?, nil): "\(Quotation.plain(path)):\(line)"
        case .file(let path, nil, _): Quotation.plain(path)
        case .variable(let name): name
        case .user(let uid): "user \(uid)"
        }
    }
}

/// Text from a file or variable, made harmless for a terminal.
enum Quotation {
    private static let longest = 80

    /// In single quotes.
    static func quoted(_ text: String) -> String { "'\(plain(text, atMost: longest))'" }

    /// Without quotes; whole unless told otherwise.
    static func plain(_ text: String, atMost limit: Int = .max) -> String {
        var result = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            guard index < limit else { return result + "…" }
            if !HiddenCharacter.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }
}
