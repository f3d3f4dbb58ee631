import HashTreeCollections
import Sealing
import TransparencyLog
import WarderModel

/// Whether the log can be signed on: its tree, its checkpoints and its keys.
extension DeepSurvey {
    private static let slice = 64

    /// What was signed of the log, before it is read.
    ///
    /// Of each hour a root is kept in memory until the log has come so far, and each checkpoint costs two signatures. Where
    /// the store's own account of names and keys is damaged, the log is read once more, for its.
    func readSigned() throws(DeepCheck.Stop) {
        var state = VaultState(profile: check.foundation.profile)
        recordedOrigins = try readOrigins()
        for origin in recordedOrigins { state.origins[origin.number] = origin }
        let stored = try readKeyChanges()
        var keys = try logKeys(state, changes: stored)
        if keys == nil {
            list.add(.logKeysBroken, .key(.signing))
            let changes = try changes(tell(&state), stored ?? [])
            keys = try logKeys(state, changes: changes)
            if keys != nil, changes != stored { mending.keyChanges = changes }
        }
        guard let keys else { return }
        var found = try readCheckpoints(keys)
        if !state.logNames(check.foundation).isSuperset(of: found.map(\.origin)) { try tell(&state) }
        let names = state.logNames(check.foundation)
        for stranger in found where !names.contains(stranger.origin) { lose(stranger.root.row) }
        found.removeAll { !names.contains($0.origin) }
        signed = found.map(\.root).sorted { $0.size > $1.size }
        isSignatureKnown = !unreadable.contains(.checkpoints)
        compareSigned()
    }

    /// All checkpoints that a key of the log signed, with the origins that their logs were called after.
    private func readCheckpoints(
        _ keys: LogKeys
    ) throws(DeepCheck.Stop) -> [(origin: RecordID, root: SignedRoot)] {
        var found: [(origin: RecordID, root: SignedRoot)] = []
        try scan(
            .checkpoints,
            slice: Self.slice,
            isCounted: false,
            position: \.position,
            read: store.checkpointRows,
            body: { row throws(DeepCheck.Stop) in
                guard let stored = row.checkpoint, let signed = keys.signed(in: stored.note),
                    signed.checkpoint.size == stored.size,
                    signed.moment?.milliseconds == max(0, stored.time.milliseconds / 1000) * 1000
                else { return lose(row.position) }
                let checkpoint = signed.checkpoint
                let root = SignedRoot(row: row.position, size: checkpoint.size, root: checkpoint.root)
                found.append((signed.origin, root))
            }
        )
        return found
    }

    private func lose(_ checkpoint: Int64) {
        mending.lostCheckpoints.append(checkpoint)
        list.add(.checkpointDamaged, .checkpoint(checkpoint))
    }

    /// The vault's restores, after which its log was called, as far as their records can be read.
    private func readOrigins() throws(DeepCheck.Stop) -> [LogOrigin] {
        var origins: [LogOrigin] = []
        try scan(
            .records,
            slice: Self.slice,
            isCounted: false,
            position: \.position,
            read: store.recordRows,
            body: { row throws(DeepCheck.Stop) in
                guard row.knownKind == .origin else { return }
                do throws(RecordFault) {
                    if case .origin(let origin) = try row.opened(with: ring).noun { origins.append(origin) }
                } catch .exhausted { throw .exhausted } catch {}
            }
        )
        return origins
    }

    /// What the log says, of restores that have no record too. Reads it to its end, once.
    @discardableResult
    private func tell(_ state: inout VaultState) throws(DeepCheck.Stop) -> LogLedger {
        let told =
            if let known = self.told { known } else {
                try LogAccount(of: store, with: ring, isCancelled: isCancelled).ledger
            }
        self.told = told
        for origin in lostOrigins(by: told) { state.origins[origin.number] = origin }
        return told
    }

    /// Restores that the log tells of and no record. One whose number another has is none: what was written down of it, or
    /// of the one before, is not all there.
    private func lostOrigins(by told: LogLedger) -> [LogOrigin] {
        told.restores.filter { origin in
            !recordedOrigins.contains { $0.id == origin.id || $0.number == origin.number }
                && (origin.number == 2) == (origin.previous.origin == check.foundation.vault)
        }
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
            newestSigned = next.size
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
        if let next = signed.last, next.size >= nextSequence, !unreadable.contains(.log) { contradict(next) }
        // Where something that was signed contradicts the leaves, it may be them that are wrong.
        mending.regrowsTree =
            list.counts[.treeHashWrong] != nil && tree != nil && isSignatureKnown
            && list.counts[.checkpointContradicted] == nil && lastUnsound <= newestSigned
        mending.lostOrigins = lostOrigins(by: ledger)
        // Taken away as damaged, it is missing nowhere else.
        if !mending.lostOrigins.isEmpty, list.counts[.logKeysBroken] == nil { list.add(.logKeysBroken, .key(.signing)) }
    }

    /// All changes of the key as the events tell of them, and where these are gone, as they are stored; `nil` where one is
    /// nowhere.
    private func changes(_ told: LogLedger, _ stored: [[UInt8]]) throws(DeepCheck.Stop) -> [[UInt8]]? {
        let epoch = try signingEpoch()
        guard epoch >= 1, epoch <= KeyHistory.entryLimit + 1 else { return nil }
        var changes = told.logKeyChanges
        for note in stored {
            guard case .rotation(let epoch)? = try? KeyHistory(note).entries.first?.change.reason else { continue }
            changes[epoch] = changes[epoch] ?? note
        }
        let notes = (2..<epoch + 1).map { changes[$0] }
        return notes.contains(nil) ? nil : notes.compactMap(\.self)
    }
}

/// What a checkpoint says of the log.
struct SignedRoot {
    /// Where the checkpoint lies.
    let row: Int64
    let size: UInt64
    let root: TreeHash
}
