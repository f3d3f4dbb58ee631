/// All changes of a log's key, each signed by the key before: leads whoever has an earlier key to the present one.
package struct KeyHistory: Hashable, Sendable {
    /// A change as it was signed, with one signature.
    package struct Entry: Hashable, Sendable {
        package let change: KeyChange
        package let note: SignedNote
    }

    /// In the order of their epochs; the first is the change to key 2.
    package private(set) var entries: [Entry] = []

    /// Most changes: a key a month for eighty years.
    package static let entryLimit = 1_024
    /// Most bytes of a history.
    package static let byteLimit = 1 << 20
    /// The text, a blank line, the signature.
    private static let linesPerEntry = KeyChange.lineCount + 2

    /// The history of a log that has its first key.
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
            try append(SignedNote(Array(note.utf8)))
        }
    }

    /// As it is kept and sent: the notes one behind the other.
    package var bytes: [UInt8] { entries.flatMap(\.note.bytes) }

    /// Records that `signer`, whose key is the newest, gives the log of `size` leaves over to `key`.
    ///
    /// - Throws: ``NoteError/history`` if `key` has another name, was used before, or the log has shrunk since the
    ///   last change; ``NoteError/note``.
    package mutating func change(to key: NoteKey, size: UInt64, by signer: NoteSigner) throws(NoteError) {
        guard key.name == signer.noteKey.name, key != signer.noteKey else { throw .history }
        let change = KeyChange(epoch: (entries.last?.change.epoch ?? 1) + 1, size: size, key: key)
        try append(SignedNote(signing: change.text, by: [signer]))
    }

    private mutating func append(_ note: SignedNote) throws(NoteError) {
        let change = try KeyChange(text: note.text)
        guard note.signatures.count == 1, change.epoch == UInt32(entries.count) + 2,
            entries.allSatisfy({ $0.change.key != change.key && $0.change.key.name == change.key.name }),
            change.size >= entries.last?.change.size ?? 0
        else { throw .history }
        entries.append(Entry(change: change, note: note))
    }
}
