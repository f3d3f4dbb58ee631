import TransparencyLog
import WarderCrypto

/// A log with its key, and exports of it.
struct TestLog {
    let signer: NoteSigner
    private(set) var lines: [[UInt8]] = []
    private(set) var tree = MemoryTree()

    init(signer: NoteSigner, count: Int, words: String = "event") {
        self.signer = signer
        for number in 0..<count { append("\(words) \(number)") }
    }

    /// Events as a vault spells them, as far as a verifier looks.
    mutating func append(_ words: String) {
        let line = #"{"action":"use","id":"\#(words)","seq":\#(lines.count + 1),"type":"call.report"}"#.bytes
        lines.append(line)
        tree.append(.leaf(line))
    }

    /// An event in which one key gives the log over to the next.
    mutating func append(change note: [UInt8], type: String = "key.rotate_log") {
        let changes = #"["change=\#(Base64.encode(note))"]"#
        let line =
            (#"{"action":"update","changes":\#(changes),"decision":"allowed","#
            + #""seq":\#(lines.count + 1),"type":"\#(type)"}"#).bytes
        lines.append(line)
        tree.append(.leaf(line))
    }

    /// The event of a prune.
    mutating func append(pruneThrough number: Int, type: String = "audit.prune", decision: String = "allowed") {
        let changes = #"["retention/0a@1","before=2026-09-01","through=\#(number)","events=\#(number)"]"#
        let line =
            (#"{"action":"delete","changes":\#(changes),"decision":"\#(decision)","#
            + #""seq":\#(lines.count + 1),"type":"\#(type)"}"#).bytes
        lines.append(line)
        tree.append(.leaf(line))
    }

    /// The lines with leaves for these events.
    func withLeaves(of numbers: some Sequence<Int>) -> [[UInt8]] {
        var lines = lines
        for number in numbers {
            lines[number - 1] = ExportLine.pruned(number: UInt64(number), leaf: .leaf(lines[number - 1])).bytes
        }
        return lines
    }

    func root(_ size: Int) throws -> TreeHash { try Frontier(size: UInt64(size), from: tree).root }

    func checkpoint(_ size: Int? = nil, extensions: [String] = [], by other: NoteSigner? = nil) throws -> [UInt8] {
        let size = size ?? lines.count
        let checkpoint = Checkpoint(
            origin: signer.noteKey.name,
            size: UInt64(size),
            root: try root(size),
            extensions: extensions
        )
        return try checkpoint.signed(by: [other ?? signer]).bytes
    }

    /// All events of `range` that `fits`; everything else as the roots of subtrees.
    func filtered(_ fits: (Int) -> Bool) throws -> [[UInt8]] {
        var prover = TreeProver(tree, size: UInt64(lines.count))
        var export: [[UInt8]] = []
        var omitted: UInt64 = 0
        for number in 1...lines.count + 1 where number > lines.count || fits(number) {
            let nodes = try prover.subtrees(over: omitted..<UInt64(number - 1))
            export += nodes.map { ExportLine.omitted($0).bytes }
            if number <= lines.count { export.append(lines[number - 1]) }
            omitted = UInt64(number)
        }
        return export
    }

    func consistency(from old: Int) throws -> [UInt8]? {
        var prover = TreeProver(tree, size: UInt64(lines.count))
        return try prover.consistency(with: UInt64(old))?.text.bytes
    }

    func manifest(_ file: [UInt8], first: Int = 1, last: Int? = nil, count: Int, filter: String?) throws -> [UInt8] {
        let manifest = ExportManifest(
            first: UInt64(first),
            last: UInt64(last ?? lines.count),
            count: UInt64(count),
            digest: SHA256Digest.hash(file),
            filter: filter
        )
        return try checkpoint(extensions: manifest.lines)
    }
}

extension [[UInt8]] {
    var file: [UInt8] { flatMap { $0 + [0x0A] } }
}

/// An export as it reaches the verifier.
struct Delivery: Equatable {
    var file: [UInt8]
    var checkpoint: [UInt8]
    var isManifest = false
    var older: [UInt8]?
    var consistency: [UInt8]?

    func verdict(_ keys: KeyChain, _ checks: LogChecks = .all, chunk: Int = 1_000) -> LogVerdict {
        let evidence = LogEvidence(
            checkpoint: checkpoint,
            isManifest: isManifest,
            older: older,
            consistency: consistency
        )
        var verifier = LogVerifier(keys: keys, evidence: evidence, checks: checks)
        for start in stride(from: 0, to: file.count, by: chunk) {
            verifier.update(Array(file[start..<min(start + chunk, file.count)]))
        }
        return verifier.finish()
    }
}
