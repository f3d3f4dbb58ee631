package import Sealing

/// A copy of the database as it was at one moment, while the vault goes on. It goes when this goes.
package protocol StoreSnapshot: AnyObject, Sendable {
    /// What the vault in the copy is built on: whose key slots a backup has to carry.
    var foundation: Foundation { get }
    /// What a backup says about the copy. `program`: version of this program.
    func manifest(program: String) throws -> BackupManifest
    /// The next bytes of the copy; `nil` at its end.
    func nextPiece() throws -> [UInt8]?
    /// Reads the rows of the copy, on a thread that has a processor only when nobody else wants it. Blocks. Nothing is
    /// written: a commit fails.
    ///
    /// - Parameters:
    ///   - isCancelled: asked many times a second while the engine looks through the whole file.
    ///   - body: gets the copy as a store.
    /// - Returns: what `body` returns.
    /// - Throws: `StoreError` where the copy cannot be opened, and what `body` throws.
    func read<Outcome: Sendable>(
        isCancelled: @escaping @Sendable () -> Bool,
        _ body: @escaping @Sendable (any VaultStore) throws -> Outcome
    ) throws -> Outcome
}
