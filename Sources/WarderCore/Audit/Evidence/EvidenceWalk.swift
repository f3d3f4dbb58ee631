import TransparencyLog
import WarderCrypto
package import WarderModel

/// The log from its first event to one, as the lines of an export that prove each other; a few at a time, so that a log
/// of any length needs the same memory. docs/formats/transparency-log.md.
///
/// Events that are asked for stand there themselves. What lies between them is one node for each perfect subtree; where
/// everything is asked for, an event whose contents the vault no longer has is there by its leaf. Of a filtered export
/// the manifest says how far the log was pruned: whether what went would have matched, nobody knows.
package struct EvidenceWalk {
    /// Events of one step: fewer bytes than a socket holds, so that the next step begins while these are on their way.
    private static let page = 128
    /// Lines of leaves that are made at a time.
    private static let leavesAtATime: UInt64 = 1024

    private let vault: Vault
    private let filter: EventFilter
    private let last: UInt64
    private let longestSilence: UInt64
    private var prover: TreeProver<StoredNodes>
    private var digest = SHA256Digest()
    /// Every event up to this number is in some line.
    private var written: UInt64 = 0
    /// Every event up to this number was looked at.
    private var scanned: UInt64 = 0
    /// Found, and not in a line yet.
    private var found: ArraySlice<NumberedEvent> = []
    private var count: UInt64 = 0
    private var shown: ClosedRange<UInt64>?
    /// The mark as it was when events before it were passed over that may have been asked for.
    package private(set) var pruned: PrunedLog?

    /// `last`: number of the event that the export ends with.
    /// `longestSilence`: events that are left out are spoken for at the latest when so many are, a power of two: somebody
    /// waits for the next line.
    package init(
        through last: UInt64,
        of vault: Vault,
        matching filter: EventFilter,
        longestSilence: UInt64 = 65_536
    ) {
        self.vault = vault
        self.filter = filter
        self.last = last
        self.longestSilence = longestSilence
        prover = TreeProver(StoredNodes(store: vault.store), size: last)
    }

    /// Number of the last event that some line speaks for.
    package var position: UInt64 { written }

    /// The next lines, each with its line feed; there may be none yet. `nil` behind the last. Blocks.
    ///
    /// - Throws: as ``Vault/events(matching:after:through:limit:budget:newestFirst:)``; `logBroken` where the tree is
    ///   not whole.
    package mutating func next() throws(Refusal) -> [UInt8]? {
        guard written < last else { return nil }
        if found.isEmpty, scanned < last {
            let page = try vault.events(matching: filter, after: scanned, through: last, limit: Self.page, budget: 2048)
            found = page.events[...]
            pruned = page.gap(behind: scanned, for: filter) ?? pruned
            scanned = page.isComplete ? last : page.scannedTo
        }
        var lines: [UInt8] = []
        lines.reserveCapacity(found.reduce(256) { $0 + $1.line.count + 1 })
        while let event = found.first {
            try pass(before: event.sequence, &lines)
            // More leaves come first than are made at a time.
            guard written + 1 == event.sequence else { break }
            found.removeFirst()
            show(event.sequence, event.line, &lines)
        }
        if found.isEmpty {
            let isEnd = scanned == last
            if isEnd || filter.isEmpty || scanned - written >= longestSilence {
                // Within the log, up to where a large subtree ends: few nodes, and none that is cut.
                let end = isEnd || filter.isEmpty ? scanned : scanned - scanned % longestSilence
                try pass(before: end + 1, &lines)
            }
        }
        digest.update(lines)
        return lines
    }

    /// The signed manifest of the lines so far: of the whole export, behind the last of them. Blocks.
    ///
    /// - Throws: `logBroken`, `sealed`; `notFound` where the log got another key behind the last line.
    package func manifest() throws(Refusal) -> [UInt8] {
        try vault.signCheckpoint(at: last, extensions: statement.lines)
    }

    private var statement: ExportManifest {
        let hash = digest.digest()
        // A line for each pruned event says it all.
        if filter.isEmpty { return ExportManifest(first: 1, last: last, count: count, digest: hash) }
        let pruned = pruned.map { min($0.through, last) }
        // A time is a range of numbers, unless the clock was set back meanwhile.
        if filter.conditions.isEmpty, count == shown.map({ UInt64($0.count) }) ?? 0 {
            let (first, last) = shown.map { ($0.lowerBound, $0.upperBound) } ?? (1, 0)
            return ExportManifest(first: first, last: last, count: count, digest: hash, pruned: pruned)
        }
        return ExportManifest(
            first: 1,
            last: last,
            count: count,
            digest: hash,
            filter: filter.words,
            pruned: pruned
        )
    }

    private mutating func show(_ number: UInt64, _ line: [UInt8], _ lines: inout [UInt8]) {
        lines += line
        lines.append(UInt8(ascii: "\n"))
        count += 1
        shown = (shown?.lowerBound ?? number)...number
        written = number
    }

    /// Speaks for the events before one that are not there themselves: all of them, or as many as are made at a time.
    private mutating func pass(before number: UInt64, _ lines: inout [UInt8]) throws(Refusal) {
        guard written + 1 < number else { return }
        let isWhole = filter.isEmpty
        let end = isWhole ? min(number - 1, written + Self.leavesAtATime) : number - 1
        if isWhole {
            for number in written + 1...end {
                guard let leaf = try nodes(number - 1..<number).first else { throw .logBroken }
                // One that was damaged before the others went was not pruned, and is not passed off as such.
                let line: ExportLine =
                    pruned?.isDamaged(number) == true
                    ? .damaged(number: number, leaf: leaf.hash) : .pruned(number: number, leaf: leaf.hash)
                show(number, line.bytes, &lines)
            }
        } else {
            for node in try nodes(written..<end) {
                lines += ExportLine.omitted(node).bytes
                lines.append(UInt8(ascii: "\n"))
            }
            written = end
        }
    }

    private mutating func nodes(_ leaves: Range<UInt64>) throws(Refusal) -> [CompletedNode] {
        do { return try prover.subtrees(over: leaves) } catch is TreeDamage { throw .logBroken } catch {
            throw Refusal(error)
        }
    }
}
