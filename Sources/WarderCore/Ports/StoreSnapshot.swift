package import Sealing

/// A copy of the database as it was at one moment, while the vault goes on. It goes when this goes.
package protocol StoreSnapshot: AnyObject, Sendable {
    /// What the vault in the copy is built on: whose key slots a backup has to carry.
    var foundation: Foundation { get }
    /// What a backup says about the copy. `program`: version of this program.
    func manifest(program: String) throws -> BackupManifest
    /// The next bytes of the copy; `nil` at its end.
    func nextPiece() throws -> [UInt8]?
}
