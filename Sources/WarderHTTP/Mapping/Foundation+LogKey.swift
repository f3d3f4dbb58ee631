import TransparencyLog
import WarderCore
import WarderModel

extension Foundation {
    /// The log's public key as auditors keep it, under the name that the log has had from the beginning or since its
    /// last restore.
    func logKeyText(_ state: VaultState?) -> String {
        let name = LogName.of(state?.logOrigin(self) ?? vault)
        return NoteKey.text(name: name.text, publicKey: logKey)
    }
}
