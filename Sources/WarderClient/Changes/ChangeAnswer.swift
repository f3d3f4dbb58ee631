import WarderModel
import WarderWire

/// The answer to a question for changes, read with care: names and cursors go into requests again.
struct ChangeAnswer: Sendable {
    let next: String
    let changes: [SecretChange]
    let isReset: Bool

    /// - Throws: `.protocolViolation` for what no vault says.
    init(_ list: ChangeList) throws(WarderClientError) {
        guard (1...256).contains(list.next.utf8.count), list.next.utf8.allSatisfy(Self.isCursorByte) else {
            throw WarderClientError(.protocolViolation)
        }
        next = list.next
        isReset = list.reset
        var changes: [SecretChange] = []
        for entry in list.changes {
            guard (try? SecretName(entry.secret)) != nil, entry.version != 0 else {
                throw WarderClientError(.protocolViolation)
            }
            changes.append(
                entry.version.map { .version(secret: entry.secret, $0) } ?? .revoked(secret: entry.secret)
            )
        }
        self.changes = changes
    }

    /// What needs no escaping in a query.
    private static func isCursorByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
