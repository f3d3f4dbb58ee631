/// What stands below the root in the checkpoint of an export: the vault's word on what the file holds.
///
/// A checkpoint like any other, so that openssl checks its signature and `sha256sum` the file. It shows that the lines
/// of a filtered export are in the log, not that no other line fits the filter.
package struct ExportManifest: Hashable, Sendable {
    /// Number of the first event that was asked for.
    package var first: UInt64
    /// Number of the last event that was asked for; one less than `first` where the log has none.
    package var last: UInt64
    /// Lines of events, those of pruned and damaged events among them.
    package var count: UInt64
    /// SHA-256 of the whole file.
    package var digest: [UInt8]
    /// What was asked for, in the words of `audit.export`; `nil` for all events of the range.
    package var filter: String?
    /// Every event up to this number had been pruned, so that the vault could not say whether it was one that was asked
    /// for; `nil` where there was none, and where each has a line of its own.
    package var pruned: UInt64?

    package init(
        first: UInt64,
        last: UInt64,
        count: UInt64,
        digest: [UInt8],
        filter: String? = nil,
        pruned: UInt64? = nil
    ) {
        self.first = first
        self.last = last
        self.count = count
        self.digest = digest
        self.filter = filter
        self.pruned = pruned
    }

    /// The checkpoint's extension lines.
    package var lines: [String] {
        ["events \(first) \(last)", "count \(count)", "sha256 \(Hexadecimal.encode(digest))"]
            + [filter.map { "filter \($0)" }, pruned.map { "pruned \($0)" }].compactMap(\.self)
    }

    /// - Throws: ``NoteError/manifest`` unless the checkpoint's extension lines are those of a manifest, and possible.
    package init(_ checkpoint: Checkpoint) throws(NoteError) {
        let lines = checkpoint.extensions
        guard (3...5).contains(lines.count),
            let range = NoteLines.value(lines[0], "events ")?.split(separator: " ", omittingEmptySubsequences: false),
            range.count == 2, let first = Decimal.decode(range[0]), let last = Decimal.decode(range[1]),
            let count = NoteLines.value(lines[1], "count ").flatMap({ Decimal.decode($0) }),
            let digest = NoteLines.value(lines[2], "sha256 ").flatMap({ Hexadecimal.decode($0) }),
            digest.count == TreeHash.byteCount
        else { throw .manifest }
        self.init(first: first, last: last, count: count, digest: digest)
        var others = lines.dropFirst(3)
        if let filter = others.first.flatMap({ NoteLines.value($0, "filter ") }) {
            guard !filter.isEmpty else { throw .manifest }
            self.filter = filter
            others.removeFirst()
        }
        if let text = others.first.flatMap({ NoteLines.value($0, "pruned ") }) {
            guard let pruned = Decimal.decode(text), pruned >= 1, pruned <= checkpoint.size else { throw .manifest }
            self.pruned = pruned
            others.removeFirst()
        }
        guard others.isEmpty else { throw .manifest }
        guard first >= 1, last <= checkpoint.size, last + 1 >= first else { throw .manifest }
        let asked = last + 1 - first
        guard filter == nil ? count == asked : count <= asked else { throw .manifest }
    }
}
