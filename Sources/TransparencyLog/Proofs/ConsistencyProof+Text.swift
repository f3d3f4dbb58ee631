extension ConsistencyProof {
    /// As a witness takes it in front of a checkpoint (C2SP tlog-witness): `old` and the older size, then the hashes,
    /// each a line. The newer size stands in the checkpoint.
    package var text: String { "old \(oldSize)\n" + path.map { $0.base64 + "\n" }.joined() }

    /// Most hashes of a proof: no tree is higher.
    package static let pathLimit = 63

    /// Reads the text of a proof that leads to a checkpoint of `newSize`.
    ///
    /// - Throws: ``NoteError/proof`` for every other spelling.
    package init(text: String, newSize: UInt64) throws(NoteError) {
        guard let lines = NoteLines.of(text), let first = lines.first, lines.count <= Self.pathLimit + 1,
            let oldSize = NoteLines.value(first, "old ").flatMap({ Decimal.decode($0) })
        else { throw .proof }
        let path = lines.dropFirst().compactMap { TreeHash(base64: $0) }
        guard path.count == lines.count - 1 else { throw .proof }
        self.init(oldSize: oldSize, newSize: newSize, path: path)
    }
}
