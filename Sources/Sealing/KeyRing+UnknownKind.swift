import WarderCrypto
package import WarderModel

extension KeyRing {
    /// Whether a record was sealed with this vault's keys under a kind that this version does not know: then a later
    /// version wrote it. One that does not open was altered.
    ///
    /// - Throws: `exhausted`, when nothing can be said.
    package func didSeal(
        _ sealed: [UInt8],
        unknownKind kind: String,
        id: RecordID,
        revision: UInt64,
        epoch: UInt32
    ) throws(SealingError) -> Bool {
        guard sealed.first == SealedRecord.format, (1...32).contains(kind.utf8.count),
            let secret = try? key(.metadata, epoch: epoch)
        else { return false }
        let binding = Binding("record", vault: vault).adding(fixed: [SealedRecord.format]).adding(kind).adding(id)
            .adding(revision).adding(epoch)
        do throws(SealingError) {
            _ = try sealing { () throws(CryptoError) in
                try AEAD.openPlain(sealed.dropFirst(), key: AEADKey(secret), associatedData: binding.bytes)
            }
            return true
        } catch .exhausted {
            throw .exhausted
        } catch { return false }
    }
}
