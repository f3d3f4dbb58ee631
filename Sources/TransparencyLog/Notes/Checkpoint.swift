/// What a log says of itself at one moment: how many leaves there are, and their root (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    /// The log's name, which is that of its key.
    package var origin: NoteName
    /// Number of leaves, at most 2^63 − 1.
    package var size: UInt64
    package var root: TreeHash
    /// Lines below the root, none of them empty: an export's manifest has some, other checkpoints none.
    package var extensions: [String]

    package init(origin: NoteName, size: UInt64, root: TreeHash, extensions: [String] = []) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads a note's text.
    ///
    /// - Throws: ``NoteError/checkpoint``, ``NoteError/name``.
    package init(text: String) throws(NoteError) {
        guard let lines = NoteLines.of(text), lines.count >= 3, let size = Decimal.decode(lines[1]),
            let root = TreeHash(base64: lines[2]), lines.dropFirst(3).allSatisfy({ !$0.isEmpty }),
            size > 0 || root == .empty
        else { throw .checkpoint }
        self.init(origin: try NoteName(lines[0]), size: size, root: root, extensions: Array(lines.dropFirst(3)))
    }

    /// The text that is signed.
    package var text: String {
        ([origin.text, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// The checkpoint as a note, signed.
    ///
    /// - Throws: ``NoteError/note`` for extension lines that no note can have.
    package func signed(by signers: [NoteSigner]) throws(NoteError) -> SignedNote {
        guard extensions.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: "\n")) }) else { throw .note }
        return try SignedNote(signing: text, by: signers)
    }
}
