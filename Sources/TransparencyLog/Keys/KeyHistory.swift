/// All changes of a log's key and name: leads whoever has an earlier key to the present one.
package struct KeyHistory: Hashable, Sendable {
    /// A change as it was signed, with two signatures.
    package struct Entry: Hashable, Sendable {
        package let change: KeyChange
        package let note: SignedNote
    }

    /// In the order in which they happened.
    package private(set) var entries: [Entry] = []

    /// Most changes: a key a month for eighty years.
    package static let entryLimit = 1_024
    /// Most bytes of a history.
    package static let byteLimit = 1 << 20
    /// The text, a blank line, two signatures.
    private static let linesPerEntry = KeyChange.lineCount + 3

    /// How often the key was replaced in it: restores do not count.
    package var rotations: Int {
        entries.count { if case .rotation = $0.change.reason { true } else { false } }
    }

    /// The history of a log that has its first key and name.
    package init() {}

    /// Reads a history. Whether its signatures hold is another question: ``KeyChain``.
    ///
    /// - Throws: ``NoteError/history`` for every other spelling; errors of ``SignedNote`` and ``NoteKey``.
    package init(_ bytes: [UInt8]) throws(NoteError) {
        guard !bytes.isEmpty else { return }
        guard bytes.count <= Self.byteLimit, let text = String(validating: bytes, as: UTF8.self),
            let lines = NoteLines.of(text), lines.count.isMultiple(of: Self.linesPerEntry),
            lines.count / Self.linesPerEntry <= Self.entryLimit
        else { throw .history }
        for start in stride(from: 0, to: lines.count, by: Self.linesPerEntry) {
            let note = lines[start..<start + Self.linesPerEntry].map { $0 + "\n" }.joined()
            try append(Array(note.utf8))
        }
    }

    /// As it is kept and sent: the notes one behind the other.
    package var bytes: [UInt8] { entries.flatMap(\.note.bytes) }

    /// Number of the newest key.
    package var epoch: UInt32 {
        for entry in entries.reversed() {
            if case .rotation(let epoch) = entry.change.reason { return epoch }
        }
        return 1
    }

    /// Records that `signer`, whose key is the newest, gives the log of `size` leaves over to `next`.
    ///
    /// - Throws: ``NoteError/history`` if the new key has another name, was used before, or the log has shrunk since
    ///   the last change; ``NoteError/note``.
    package mutating func change(to next: NoteSigner, size: UInt64, by signer: NoteSigner) throws(NoteError) {
        let reason = KeyChange.Reason.rotation(epoch: epoch + 1)
        let change = KeyChange(reason, size: size, before: signer.noteKey, after: next.noteKey)
        try append(change.signed(by: signer, and: next).bytes)
    }

    /// Takes the next change over as it was signed.
    ///
    /// - Throws: ``NoteError/history`` for one that does not go on from the last; errors of ``SignedNote`` and
    ///   ``NoteKey``.
    package mutating func append(_ bytes: [UInt8]) throws(NoteError) {
        let note = try SignedNote(bytes)
        let change = try KeyChange(text: note.text)
        guard note.bytes == bytes, note.signatures.count == 2, entries.count < Self.entryLimit, isNext(change) else {
            throw .history
        }
        entries.append(Entry(change: change, note: note))
    }

    /// The first may be any: what was before it may be unknown.
    private func isNext(_ change: KeyChange) -> Bool {
        guard let last = entries.last?.change, let first = entries.first?.change else { return true }
        guard change.before == last.after, change.size >= last.size, change.after != first.before,
            !entries.contains(where: { $0.change.after == change.after })
        else { return false }
        guard case .rotation(let epoch) = change.reason else { return true }
        return rotations == 0 || epoch == self.epoch + 1
    }
}
