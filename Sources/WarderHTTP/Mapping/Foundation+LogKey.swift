import TransparencyLog
import WarderCore
import WarderModel

extension Foundation {
    /// The name under which the vault signs its log: fixed by the vault's id.
    var logName: String { "warder.log/\(vault)" }

    /// The log's public key as auditors keep it.
    var logKeyText: String { NoteKey.text(name: logName, publicKey: logKey) }
}
