/// One leaf's proof with the checkpoint it leads to (C2SP tlog-proof, files that end in `.tlog-proof`): shows to
/// whoever has the log's key that an event is in the log.
package struct ProofFile: Hashable, Sendable {
    /// Bytes that the log adds for its own readers.
    package var extra: [UInt8]?
    /// Place of the leaf, from 0: an event's number less one.
    package var index: UInt64
    package var path: [TreeHash]
    /// The signed checkpoint, as it was signed.
    package var checkpoint: SignedNote

    private static let head = "c2sp.org/tlog-proof@v1"

    package init(extra: [UInt8]? = nil, index: UInt64, path: [TreeHash], checkpoint: SignedNote) {
        self.extra = extra
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    /// - Throws: ``NoteError/proof`` for what is not in the one spelling; errors of ``SignedNote``.
    package init(_ bytes: [UInt8]) throws(NoteError) {
        let feed = UInt8(ascii: "\n")
        guard bytes.count <= 2 * SignedNote.byteLimit,
            let blank = bytes.indices.dropFirst().first(where: { bytes[$0] == feed && bytes[$0 - 1] == feed }),
            let text = String(validating: bytes[..<blank], as: UTF8.self), var lines = NoteLines.of(text)?[...],
            lines.popFirst() == Self.head
        else { throw .proof }
        if let line = lines.first, let extra = NoteLines.value(line, "extra ") {
            guard let decoded = Base64.decode(extra) else { throw .proof }
            self.extra = decoded
            lines = lines.dropFirst()
        }
        guard let index = lines.popFirst().flatMap({ NoteLines.value($0, "index ") }).flatMap({ Decimal.decode($0) }),
            lines.count <= ConsistencyProof.pathLimit
        else { throw .proof }
        self.index = index
        path = lines.compactMap { TreeHash(base64: $0) }
        guard path.count == lines.count else { throw .proof }
        checkpoint = try SignedNote(Array(bytes[(blank + 1)...]))
    }

    /// The file's content.
    package var bytes: [UInt8] {
        var text = Self.head + "\n"
        if let extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(index)\n" + path.map { $0.base64 + "\n" }.joined() + "\n"
        return Array(text.utf8) + checkpoint.bytes
    }

    /// The checkpoint that one of the keys signed, and that has `leaf` at ``index``.
    ///
    /// - Throws: ``NoteError/signature``, ``NoteError/unsigned``, ``NoteError/checkpoint``; ``NoteError/proof`` if the
    ///   path does not lead from the leaf to the root.
    package func verified(_ leaf: TreeHash, by known: [NoteKey]) throws(NoteError) -> Checkpoint {
        let signers = try checkpoint.verified(by: known)
        let stated = try Checkpoint(text: checkpoint.text)
        guard signers.contains(where: { $0.name == stated.origin }) else { throw .unsigned }
        guard InclusionProof(index: index, size: stated.size, path: path).shows(leaf, in: stated.root) else {
            throw .proof
        }
        return stated
    }
}
