import SecretMemory
import WarderCrypto
import WarderModel

/// Positions in the ledger as servers see them: sealed for the process that asked, under a key that is as old as the
/// ledger.
///
/// A number would tell whoever asks twice how much has changed in between, for others too. Two cursors of the same
/// position have nothing in common, and one that another process asked for, or that is from before the vault was opened,
/// opens for nobody.
struct ChangeCursors: Sendable {
    /// Of a cursor's text.
    static let longestText = 128

    private let key: AEADKey

    /// - Throws: `memoryNotLocked`.
    init() throws(Refusal) {
        do { key = try AEADKey.random() } catch { throw .memoryNotLocked }
    }

    func cursor(at position: ChangeLedger.Position, for process: ProcessIdentity) -> String {
        let bytes = unsafe withUnsafeBytes(of: position.littleEndian) { unsafe Array($0) }
        return Hex.encode(AEAD.seal(bytes, key: key, associatedData: Self.name(process)))
    }

    /// `nil` for what this ledger did not give this process.
    func position(_ cursor: String, for process: ProcessIdentity) -> ChangeLedger.Position? {
        guard cursor.utf8.count <= Self.longestText, let sealed = Hex.decode(cursor),
            let bytes = try? AEAD.openPlain(sealed, key: key, associatedData: Self.name(process))
        else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func name(_ process: ProcessIdentity) -> [UInt8] {
        let parts = [
            "\(process.pid)", "\(process.startTime)", process.pidfdInode.map { "\($0)" } ?? "", "\(process.uid)",
            process.unit ?? "",
        ]
        return Array(("change cursor\0" + parts.joined(separator: "\0")).utf8)
    }
}
