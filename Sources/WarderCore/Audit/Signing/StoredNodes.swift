import TransparencyLog

/// The hashes of the log's tree that the store keeps.
struct StoredNodes: TreeNodes {
    let store: any VaultStore

    func hashes(level: Int, range: Range<UInt64>) throws -> [TreeHash] {
        try store.treeHashes(level: level, range: range)
    }
}
