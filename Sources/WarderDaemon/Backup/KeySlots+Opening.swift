import SecretMemory
import Sealing
import SecretShares
import WarderCrypto
import WarderModel
import WarderWire

extension [KeySlot] {
    /// The root key, and the slot that gave it; `nil` where none of them opens.
    func root(
        of vault: RecordID,
        with secret: SecretBytes,
        opener: KeySlot.Opener
    ) throws(BackupStop) -> (root: AEADKey, slot: KeySlot)? {
        for slot in self where slot.opener == opener {
            do throws(SealingError) {
                return (try slot.open(with: secret, vault: vault), slot)
            } catch .exhausted {
                throw BackupStop(BackupError.exhausted)
            } catch { continue }
        }
        return nil
    }
}

extension BackupSummary.Slot {
    /// What a slot shows to everybody.
    init(_ slot: KeySlot) {
        var set: ShareSet?
        if case .shares(_, let its) = slot.kind { set = its }
        self.init(
            kind: slot.kindName,
            created: slot.created.description,
            threshold: set?.threshold,
            shares: set?.count,
            set: set?.id.description
        )
    }
}
