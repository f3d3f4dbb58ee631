import WarderCrypto

/// Verifies an export of the log without trusting the vault it came from.
///
/// Reads the file as it streams by and keeps one line and the compact form of the tree. What it needs from elsewhere
/// is one key, and to notice that the whole log was rewritten or set back, one checkpoint that was kept outside.
///
/// Every line up to the checkpoint's size is proven or there is a fault; lines beyond are claimed.
package struct LogVerifier {
    private let checks: LogChecks
    private var verdict = LogVerdict()
    private var held: HeldCheckpoint?
    private var splitter = LineSplitter()
    private var digest = SHA256Digest()
    private var frontier = Frontier()
    /// Lines so far.
    private var lines: UInt64 = 0
    /// The number that comes next.
    private var next: UInt64 = 1
    /// Whether the frontier is that of all lines so far: not behind a gap, nor beyond the checkpoint.
    private var isWhole = true
    private var rootMatches = false

    /// Begins with what comes beside the file. Only tests narrow `checks`.
    package init(keys: KeyChain, evidence: LogEvidence, checks: LogChecks = .all) {
        self.checks = checks
        let newer = CheckpointExamination(evidence.checkpoint, .newer, keys: keys, checks: checks)
        newer.faults.forEach { verdict.add($0) }
        verdict.checkpoint = newer.checkpoint
        verdict.signer = newer.signer
        if evidence.isManifest, let checkpoint = newer.checkpoint {
            verdict.manifest = try? ExportManifest(checkpoint)
            if verdict.manifest == nil { verdict.add(.manifestUnreadable) }
        }
        if let older = evidence.older {
            let older = CheckpointExamination(older, .older, keys: keys, checks: checks)
            older.faults.forEach { verdict.add($0) }
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
            take(number) { TreeHash.leaf(bytes) }
            verdict.shown += 1
        case .pruned(let number, let leaf):
            take(number) { leaf }
            verdict.pruned += 1
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
        if let held, frontier.size == held.size { self.held?.compare(frontier.root) }
        guard let checkpoint = verdict.checkpoint, frontier.size == checkpoint.size else { return }
        rootMatches = frontier.root == checkpoint.root
        if !rootMatches, checks.contains(.root) { verdict.add(.contentChanged(size: checkpoint.size)) }
    }

    private mutating func finishManifest() {
        guard let manifest = verdict.manifest else { return }
        if checks.contains(.fileHash), verdict.fileDigest != manifest.digest { verdict.add(.fileChanged) }
        let found = verdict.shown + verdict.pruned
        if checks.contains(.contents), found != manifest.count {
            verdict.add(.countWrong(stated: manifest.count, found: found))
        }
    }
}
