/// One step from a key of the log to the next: another key, or the same one under the name of a restored log.
///
/// Both sign it: the one before gives the log over, and the one after says from whom it has it. So whoever has either
/// gets to the other.
package struct KeyChange: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Another key. Its number; the first key has 1.
        case rotation(epoch: UInt32)
        /// The same key under another name: the log was restored from a backup. `number` is 2 for the first restore;
        /// `root` is that of the tree which both logs begin with.
        case restore(number: UInt32, root: TreeHash)
    }

    package let reason: Reason
    /// Leaves of the log at this moment: the key before signs no larger tree, the one after no smaller.
    package let size: UInt64
    package let before: NoteKey
    package let after: NoteKey

    package init(_ reason: Reason, size: UInt64, before: NoteKey, after: NoteKey) {
        self.reason = reason
        self.size = size
        self.before = before
        self.after = after
    }

    private static let epochLead = "key epoch "
    private static let restoreLead = "restore "
    private static let sizeLead = "size "
    /// Lines of ``text``.
    static let lineCount = 5

    /// - Throws: ``NoteError/history``; errors of ``NoteKey``.
    init(text: String) throws(NoteError) {
        guard let lines = NoteLines.of(text), lines.count == Self.lineCount,
            let size = NoteLines.value(lines[2], Self.sizeLead).flatMap({ Decimal.decode($0) })
        else { throw .history }
        let name = try NoteName(lines[0])
        let after = try NoteKey(lines[4])
        if let epoch = Self.number(lines[1], Self.epochLead) {
            self.init(.rotation(epoch: epoch), size: size, before: try NoteKey(lines[3]), after: after)
            guard before.name == name, after.name == name, before.key != after.key else { throw .history }
        } else {
            guard let number = Self.number(lines[1], Self.restoreLead), let root = TreeHash(base64: lines[3]),
                after.name != name
            else { throw .history }
            let before = NoteKey(name: name, key: after.key)
            self.init(.restore(number: number, root: root), size: size, before: before, after: after)
        }
    }

    private static func number(_ line: some StringProtocol, _ lead: String) -> UInt32? {
        NoteLines.value(line, lead).flatMap { Decimal.decode($0) }.flatMap { UInt32(exactly: $0) }
            .flatMap { $0 >= 2 ? $0 : nil }
    }

    /// The text that both keys sign.
    package var text: String {
        let (what, from) =
            switch reason {
            case .rotation(let epoch): ("\(Self.epochLead)\(epoch)", before.text)
            case .restore(let number, let root): ("\(Self.restoreLead)\(number)", root.base64)
            }
        return "\(before.name.text)\n\(what)\n\(Self.sizeLead)\(size)\n\(from)\n\(after.text)\n"
    }

    /// The change as both sign it.
    ///
    /// - Throws: ``NoteError/history`` where these are not the keys that it names.
    package func signed(by signer: NoteSigner, and next: NoteSigner) throws(NoteError) -> SignedNote {
        guard signer.noteKey == before, next.noteKey == after else { throw .history }
        return try SignedNote(signing: text, by: [signer, next])
    }
}
