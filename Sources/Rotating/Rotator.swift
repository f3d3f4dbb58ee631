package import WarderModel

/// What makes and installs a secret's next value.
///
/// Only names an entry: programs and destinations stand in the configuration, which belongs to root, so that nobody who
/// may speak to the vault can point a rotation at a program or a host of their own.
package enum Rotator: Hashable, Sendable {
    /// The vault makes the value; nobody upstream is told.
    case random
    /// A program of the configuration, run by the worker one step a call.
    case exec(RotatorEntry)
    /// A PostgreSQL server of the configuration.
    case postgres(RotatorEntry)

    /// `random`, `exec:NAME`, `postgres:NAME`.
    package var text: String {
        switch self {
        case .random: "random"
        case .exec(let entry): "exec:\(entry.text)"
        case .postgres(let entry): "postgres:\(entry.text)"
        }
    }

    /// - Throws: `NameError` with the rule that was broken.
    package init(_ text: String) throws(NameError) {
        if text == "random" {
            self = .random
            return
        }
        guard let colon = text.firstIndex(of: ":") else { throw .missingPart }
        let entry = try RotatorEntry(String(text[text.index(after: colon)...]))
        switch text[..<colon] {
        case "exec": self = .exec(entry)
        case "postgres": self = .postgres(entry)
        default: throw .badSegment
        }
    }

    /// Whether its steps are jobs of the worker.
    package var needsWorker: Bool { self != .random }
}

extension Rotator: Codable {
    package init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }
    package func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}

/// The name of a rotator's entry in the configuration: one segment of a secret name.
package struct RotatorEntry: ParsedName {
    package let text: String

    package init(_ text: String) throws(NameError) { self.text = try ServerName(text).text }
}

/// The name of a setting that an operator gives a rotator, such as `length` or `roles`: 1 to 63 lowercase letters,
/// digits, `_` and `-`, starting with a letter.
package struct RotatorSetting: ParsedName, CodingKeyRepresentable {
    package let text: String

    /// So that settings are stored as one object by their names.
    package var codingKey: any CodingKey { Key(stringValue: text) }

    package init?(codingKey: some CodingKey) {
        do { try self.init(codingKey.stringValue) } catch { return nil }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    package init(_ text: String) throws(NameError) {
        guard let first = text.utf8.first else { throw .empty }
        guard text.utf8.count <= 63 else { throw .tooLong(limit: 63) }
        guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), text.utf8.allSatisfy(Self.isAllowed) else {
            throw .badCharacter
        }
        self.text = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
