import HashTreeCollections
import Sealing
import TransparencyLog
import WarderModel

/// Whether the log can be signed on: its tree, its checkpoints and its keys.
extension DeepSurvey {
    private static let slice = 64

    /// What was signed of the log, before it is read.
    ///
    /// Of each hour a root is kept in memory until the log has come so far, and each checkpoint costs two signatures.
    func readSigned() throws(DeepCheck.Stop) {
        // Where a restore's record cannot be read, it is not known what the log was called; that is said elsewhere.
        guard let state = try readOrigins() else { return }
        named = state
        guard let keys = try logKeys(state, changes: try readKeyChanges()) else {
            return list.add(.logKeysBroken, .key(.signing))
        }
        let origins = [check.foundation.vault] + state.origins.values.map(\.id)
        try scan(
            .checkpoints,
            slice: Self.slice,
            isCounted: false,
            position: \.position,
            read: store.checkpointRows,
            body: { row throws(DeepCheck.Stop) in
                guard let stored = row.checkpoint,
                    let found = origins.lazy.compactMap({ keys.signed(in: stored.note, of: $0) }).first,
                    found.checkpoint.size == stored.size,
                    found.moment.milliseconds == max(0, stored.time.milliseconds / 1000) * 1000
                else {
                    mending.lostCheckpoints.append(row.position)
                    return list.add(.checkpointDamaged, .checkpoint(row.position))
                }
                let (size, root) = (found.checkpoint.size, found.checkpoint.root)
                signed.append(SignedRoot(row: row.position, size: size, root: root))
            }
        )
        signed.sort { $0.size > $1.size }
        isSignatureKnown = !unreadable.contains(.checkpoints)
        compareSigned()
    }

    /// The vault's restores, after which its log was called; `nil` where one cannot be read.
    private func readOrigins() throws(DeepCheck.Stop) -> VaultState? {
        var state = VaultState(profile: check.foundation.profile)
        var isWhole = true
        try scan(
            .records,
            slice: Self.slice,
            isCounted: false,
            position: \.position,
            read: store.recordRows,
            body: { row throws(DeepCheck.Stop) in
                guard row.knownKind == .origin else { return }
                do throws(RecordFault) {
                    if case .origin(let origin) = try row.opened(with: ring).noun {
                        state.origins[origin.number] = origin
                    }
                } catch .exhausted { throw .exhausted } catch { isWhole = false }
            }
        )
        return isWhole && !unreadable.contains(.records) ? state : nil
    }

    /// None where they cannot be read.
    private func readKeyChanges() throws(DeepCheck.Stop) -> [[UInt8]]? {
        do throws(StoreError) { return try store.logKeyChanges() } catch .unavailable(let code) {
            throw .store(.unavailable(code: code))
        } catch { return nil }
    }

    private func logKeys(_ state: VaultState, changes: [[UInt8]]?) throws(DeepCheck.Stop) -> LogKeys? {
        guard let changes else { return nil }
        let epoch = try signingEpoch()
        return LogKeys(check.foundation, state, epoch: epoch, changes: changes)
    }

    private func signingEpoch() throws(DeepCheck.Stop) -> UInt32 {
        do { return try ring.current(.signing).epoch } catch { throw .exhausted }
    }

    // MARK: The tree

    /// Appends a leaf, and compares what is complete with it.
    ///
    /// `leaf`: `nil` for one that is not there. From there on nobody can say what the tree is.
    func grow(by leaf: [UInt8]?) throws(DeepCheck.Stop) {
        guard let leaf = leaf.flatMap({ TreeHash($0) }), let completed = tree?.append(leaf) else { return tree = nil }
        for node in completed { try compare(node) }
        compareSigned()
    }

    private func compare(_ node: CompletedNode) throws(DeepCheck.Stop) {
        hashes += 1
        let stored: [TreeHash]
        do throws(StoreError) {
            stored = try store.treeHashes(level: node.level, range: node.index..<node.index + 1)
        } catch .unavailable(let code) {
            throw .store(.unavailable(code: code))
        } catch { stored = [] }
        guard stored != [node.hash] else { return }
        let (leaves, level) = (UInt64(1) << UInt64(node.level), UInt64(node.level))
        let first = node.index << level
        list.add(.treeHashWrong, .hash(over: first + 1...first + leaves))
    }

    private func compareSigned() {
        while let tree, let next = signed.last, next.size <= tree.size {
            signed.removeLast()
            guard next.size == tree.size, next.root == tree.root else { return contradict(next) }
        }
    }

    /// What was signed later contradicts the log too, and says nothing more.
    private func contradict(_ root: SignedRoot) {
        list.add(.checkpointContradicted, .checkpoint(root.row))
        signed = []
    }

    /// How many hashes lie in the store now.
    func countHashes() throws(DeepCheck.Stop) -> Int? {
        do throws(StoreError) { return try store.treeHashCount() } catch .unavailable(let code) {
            throw .store(.unavailable(code: code))
        } catch {
            list.add(.rowsUnreadable, .rows(.hashes, after: 0))
            return nil
        }
    }

    // MARK: What follows

    /// Looks at what is left when the log was read to its end, and says what a restore can mend.
    ///
    /// `count`: hashes that lay there before the end was read.
    func concludeSigned(hashes count: Int?) throws(DeepCheck.Stop) {
        if tree != nil, let count, count > hashes {
            list.add(.treeHashWrong, .rows(.hashes, after: Int64(clamping: hashes)))
        }
        if let next = signed.last, next.size >= nextSequence { contradict(next) }
        // Where something that was signed contradicts the leaves, it may be them that are wrong.
        mending.regrowsTree =
            list.counts[.treeHashWrong] != nil && tree != nil && isSignatureKnown
            && list.counts[.checkpointContradicted] == nil
        if list.counts[.logKeysBroken] != nil { mending.keyChanges = try loggedKeyChanges() }
    }

    /// All changes of the key as the events tell of them, and where these are gone, as they are stored; `nil` where they do
    /// not lead to the vault's key either.
    private func loggedKeyChanges() throws(DeepCheck.Stop) -> [[UInt8]]? {
        let epoch = try signingEpoch()
        guard let named, epoch >= 1, epoch <= KeyHistory.entryLimit + 1 else { return nil }
        var changes = ledger.logKeyChanges
        for note in try readKeyChanges() ?? [] {
            guard case .rotation(let epoch)? = try? KeyHistory(note).entries.first?.change.reason else { continue }
            changes[epoch] = changes[epoch] ?? note
        }
        let notes = (2..<epoch + 1).map { changes[$0] }
        let all = notes.compactMap(\.self)
        guard all.count == notes.count, try logKeys(named, changes: all) != nil else { return nil }
        return all
    }
}

/// What a checkpoint says of the log.
struct SignedRoot {
    /// Where the checkpoint lies.
    let row: Int64
    let size: UInt64
    let root: TreeHash
}
