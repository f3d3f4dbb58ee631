/// The comparison with the checkpoint that the reader held before.
struct HeldCheckpoint {
    let size: UInt64
    let root: TreeHash
    /// Whether the log was found to begin as the older checkpoint says.
    private(set) var isContinued = false
    /// Whether the lines up to ``size`` are what the older checkpoint says.
    private(set) var isInLines = false
    private(set) var faults: [LogFault] = []
    private let checks: LogChecks

    init(_ held: Checkpoint, newer: Checkpoint?, consistency: [UInt8]?, checks: LogChecks) {
        size = held.size
        root = held.root
        self.checks = checks
        guard let newer else { return }
        if newer.size < held.size {
            if checks.contains(.olderLength) { faults.append(.shorterThanHeld(size: newer.size, held: held.size)) }
        } else if newer.size == held.size || held.size == 0 {
            compare(held.size == 0 ? .empty : newer.root)
        } else if let consistency {
            let text = String(validating: consistency, as: UTF8.self)
            let proof = text.flatMap { try? ConsistencyProof(text: $0, newSize: newer.size) }
            isContinued = proof.map { $0.oldSize == held.size && $0.shows(held.root, in: newer.root) } ?? false
            if !isContinued, checks.contains(.consistency) { faults.append(.consistencyWrong(held: held.size)) }
        }
    }

    /// Compares the root that the lines have at ``size``.
    mutating func compare(lines found: TreeHash) {
        isInLines = found == root
        compare(found)
    }

    private mutating func compare(_ found: TreeHash) {
        if found == root {
            isContinued = true
        } else if checks.contains(.olderRoot) {
            isContinued = false
            if !faults.contains(.rewritten(held: size)) { faults.append(.rewritten(held: size)) }
        }
    }

    /// What is still to be said when all lines are read, and the root is that of the newer checkpoint.
    mutating func finish(newerSize: UInt64) {
        if !isContinued, faults.isEmpty, newerSize > size, checks.contains(.olderCompared) {
            faults.append(.notCompared(held: size))
        }
    }
}
