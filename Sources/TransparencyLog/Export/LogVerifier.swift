import WarderCrypto

/// Verifies an export of the log without trusting the vault it came from.
///
/// Reads the file as it streams by and keeps one line and the compact form of the tree. What it needs from elsewhere
/// is one key, and to notice that the whole log was rewritten or set back, one checkpoint that was kept outside.
///
/// Every line up to the checkpoint's size is proven or there is a fault; lines beyond are claimed.
package struct LogVerifier {
    private let checks: LogChecks
    private let keys: KeyChain
    private var verdict = LogVerdict()
    private var newer: CheckpointExamination
    private var older: CheckpointExamination?
    private var held: HeldCheckpoint?
    private var splitter = LineSplitter()
    private var digest = SHA256Digest()
    private var frontier = Frontier()
    /// Notes of events that speak of the log's keys.
    private var changes: [[UInt8]] = []
    private var leaves = UnexplainedLeaves()
    /// Lines so far.
    private var lines: UInt64 = 0
    /// The number that comes next.
    private var next: UInt64 = 1
    /// Whether the frontier is that of all lines so far: not behind a gap, nor beyond the checkpoint.
    private var isWhole = true
    private var rootMatches = false

    /// Begins with what comes beside the file. `keys` leads from the pinned key as far as is known; what the file says of
    /// later ones is followed. Only tests narrow `checks`.
    package init(keys: KeyChain, evidence: LogEvidence, checks: LogChecks = .all) {
        self.checks = checks
        self.keys = keys
        newer = CheckpointExamination(evidence.checkpoint, .newer)
        verdict.checkpoint = newer.checkpoint
        if evidence.isManifest, let checkpoint = newer.checkpoint {
            verdict.manifest = try? ExportManifest(checkpoint)
            if verdict.manifest == nil { verdict.add(.manifestUnreadable) }
        }
        if let older = evidence.older {
            let older = CheckpointExamination(older, .older)
            self.older = older
            held = older.checkpoint.map {
                HeldCheckpoint($0, newer: newer.checkpoint, consistency: evidence.consistency, checks: checks)
            }
        }
        compareRoots()
    }

    /// Takes in the next bytes of the file.
    package mutating func update(_ chunk: [UInt8]) {
        digest.update(chunk)
        var splitter = splitter
        self.splitter = LineSplitter()
        splitter.feed(chunk) { line in take(line) }
        self.splitter = splitter
    }

    /// What came of it. The file has ended.
    package consuming func finish() -> LogVerdict {
        if splitter.isInsideLine { verdict.add(.lineUnfinished(line: lines + 1)) }
        if let size = verdict.checkpoint?.size {
            if next <= size, checks.contains(.length) { verdict.add(.truncated(size: size, last: next - 1)) }
            if rootMatches { held?.finish(newerSize: size) }
        }
        finishLeaves()
        finishKeys()
        held?.faults.forEach { verdict.add($0) }
        verdict.fileDigest = digest.digest()
        finishManifest()
        verdict.continues = held.flatMap { $0.isContinued ? $0.size : nil }
        if rootMatches, !verdict.faults.contains(where: \.isOfCheckpoint) {
            verdict.provenUpTo = verdict.checkpoint?.size
        }
        return verdict
    }
}

extension LogVerifier {
    private mutating func take(_ bytes: [UInt8]?) {
        lines += 1
        guard let bytes, let line = try? ExportLine(bytes) else {
            verdict.add(.lineUnreadable(line: lines))
            isWhole = false
            return
        }
        switch line {
        case .event(let number):
            if let statement = KeyStatement(bytes) { take(statement, of: number) }
            // What lies beyond the checkpoint anybody can have written: it explains nothing.
            if isSigned(number), let prune = PruneStatement(bytes), prune.through < number {
                leaves.explain(through: prune.through)
            }
            take(number) { TreeHash.leaf(bytes) }
            verdict.shown += 1
        case .pruned(let number, let leaf):
            take(number) { leaf }
            if isSigned(number) { leaves.take(number) }
            verdict.pruned += 1
        case .damaged(let number, let leaf?):
            take(number) { leaf }
            verdict.damaged += 1
        case .damaged(let number, nil):
            follow(number)
            advance(behind: number)
            verdict.add(.leafLost(number: number))
            verdict.damaged += 1
            isWhole = false
        case .omitted(let node):
            take(node)
        }
    }

    private mutating func take(_ number: UInt64, leaf: () -> TreeHash) {
        follow(number)
        if checks.contains(.contents), let manifest = verdict.manifest,
            !(manifest.first...max(manifest.first, manifest.last)).contains(number) || manifest.last < manifest.first
        {
            verdict.add(.outsideOfManifest(number: number))
        }
        advance(behind: number)
        guard let size = verdict.checkpoint?.size else { return }
        guard next - 1 <= size else {
            verdict.claimed += 1
            return
        }
        guard isWhole else { return }
        frontier.append(leaf())
        compareRoots()
    }

    private mutating func take(_ node: CompletedNode) {
        let numbers = node.numbers
        follow(numbers.lowerBound)
        if checks.contains(.contents), let manifest = verdict.manifest, manifest.filter == nil,
            numbers.lowerBound <= manifest.last, numbers.upperBound >= manifest.first
        {
            verdict.add(.outsideOfManifest(number: max(numbers.lowerBound, manifest.first)))
        }
        advance(behind: numbers.upperBound)
        // Behind a gap nothing is computed any more; the gap is the fault.
        guard isWhole, let size = verdict.checkpoint?.size else { return }
        guard next - 1 <= size, frontier.append(subtree: node.hash, level: node.level) else {
            verdict.add(.omissionMisplaced(at: numbers.lowerBound))
            isWhole = false
            return
        }
        verdict.omitted += UInt64(numbers.count)
        compareRoots()
    }

    /// Holds a line's number against the one that comes next.
    private mutating func follow(_ number: UInt64) {
        guard number != next, checks.contains(.sequence) else { return }
        verdict.add(
            number > next ? .gap(expected: next, found: number) : .outOfOrder(expected: next, found: number)
        )
        isWhole = false
    }

    /// Goes on behind the line's last number, or, where numbers are not looked at, by one.
    private mutating func advance(behind number: UInt64) {
        next = checks.contains(.sequence) ? max(next, number + 1) : next + 1
    }

    /// Compares the tree so far with both checkpoints, where it has their sizes.
    private mutating func compareRoots() {
        if let held, frontier.size == held.size { self.held?.compare(lines: frontier.root) }
        guard let checkpoint = verdict.checkpoint, frontier.size == checkpoint.size else { return }
        rootMatches = frontier.root == checkpoint.root
        guard !rootMatches, checks.contains(.root) else { return }
        let good = held.map { $0.isInLines && $0.size < checkpoint.size ? $0.size : 0 } ?? 0
        verdict.add(.contentChanged(after: good, size: checkpoint.size))
    }

    /// Notes what an event says of the log's key, whose place is right behind what it speaks of.
    private mutating func take(_ statement: KeyStatement, of number: UInt64) {
        guard checks.contains(.keyChanges) else { return }
        guard let note = statement.note, let change = try? KeyHistory(note).entries.first?.change,
            change.size + 1 == number
        else { return verdict.add(.keyChangeWrong(at: number)) }
        changes.append(note)
        if case .restore(_, let root) = change.reason, isWhole, frontier.size == change.size, frontier.root != root {
            verdict.add(.restoreContradicted(at: change.size))
        }
    }

    private func isSigned(_ number: UInt64) -> Bool { verdict.checkpoint.map { number <= $0.size } ?? false }

    /// A filter may leave the prune out; the manifest says that there is one.
    private mutating func finishLeaves() {
        guard checks.contains(.prunes), verdict.manifest?.filter == nil else { return }
        for range in leaves.ranges { verdict.add(.withheld(first: range.lowerBound, last: range.upperBound)) }
    }

    /// Holds both checkpoints against all keys, when the lines have said what there is to know of them.
    private mutating func finishKeys() {
        var keys = keys
        var faults: [LogFault] = []
        do throws(NoteError) { keys = try keys.following(changes) } catch { faults.append(.keyHistoryBroken) }
        newer.hold(against: keys, checks)
        older?.hold(against: keys, checks)
        verdict.signer = newer.signer
        verdict.changes = keys.links.compactMap(\.end)
        faults += newer.faults + (older?.faults ?? [])
        verdict.addInFront(faults)
        // What the older checkpoint speaks of is of a log that this one left.
        if faults.contains(where: { if case .lostInRestore = $0 { true } else { false } }) { held = nil }
    }

    private mutating func finishManifest() {
        guard let manifest = verdict.manifest else { return }
        if checks.contains(.fileHash), verdict.fileDigest != manifest.digest { verdict.add(.fileChanged) }
        let found = verdict.shown + verdict.pruned + verdict.damaged
        if checks.contains(.contents), found != manifest.count {
            verdict.add(.countWrong(stated: manifest.count, found: found))
        }
    }
}
