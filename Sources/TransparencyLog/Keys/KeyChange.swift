/// One change of the log's key: the key before signs the next one.
package struct KeyChange: Hashable, Sendable {
    /// Number of the new key; the first key has 1.
    package var epoch: UInt32
    /// Leaves of the log when the key changed: the key before signs no larger tree, the new one no smaller.
    package var size: UInt64
    /// The new key.
    package var key: NoteKey

    package init(epoch: UInt32, size: UInt64, key: NoteKey) {
        self.epoch = epoch
        self.size = size
        self.key = key
    }

    private static let epochLead = "key epoch "
    private static let sizeLead = "size "
    /// Lines of ``text``.
    static let lineCount = 4

    /// - Throws: ``NoteError/history``; errors of ``NoteKey``.
    init(text: String) throws(NoteError) {
        guard let lines = NoteLines.of(text), lines.count == Self.lineCount,
            let epoch = NoteLines.value(lines[1], Self.epochLead).flatMap({ Decimal.decode($0) }),
            let epoch = UInt32(exactly: epoch), epoch >= 2,
            let size = NoteLines.value(lines[2], Self.sizeLead).flatMap({ Decimal.decode($0) })
        else { throw .history }
        let key = try NoteKey(lines[3])
        guard try NoteName(lines[0]) == key.name else { throw .history }
        self.init(epoch: epoch, size: size, key: key)
    }

    /// The text that the key before signs.
    package var text: String {
        "\(key.name.text)\n\(Self.epochLead)\(epoch)\n\(Self.sizeLead)\(size)\n\(key.text)\n"
    }
}
