import HashTreeCollections
import Sealing
package import TransparencyLog
package import WarderModel

extension VaultState {
    /// What the log is called after: the vault itself, or its last restore.
    package func logOrigin(_ foundation: Foundation) -> RecordID { newestOrigin?.id ?? foundation.vault }

    /// Goes by these earlier restores, whose records are about to be written anew.
    mutating func recover(_ lost: [LogOrigin]) {
        for origin in lost {
            self.lost.forget(origin.id)
            origins[origin.number] = origin
        }
    }

    /// What the log is and was called after.
    func logNames(_ foundation: Foundation) -> Set<RecordID> { Set([foundation.vault] + origins.values.map(\.id)) }
}

/// Under which name a vault signs its log.
package enum LogName {
    private static let prefix = "warder.log/"

    /// Fixed by the log's origin: the vault's own id, or that of its last restore.
    package static func of(_ origin: RecordID) -> NoteName {
        do { return try NoteName("\(prefix)\(origin)") } catch {
            preconditionFailure("hexadecimal digits are fit for a name")
        }
    }

    /// The origin that such a name is of; `nil` for any other name.
    static func origin(of name: NoteName) -> RecordID? {
        guard name.text.hasPrefix(prefix), let bytes = Hex.decode(String(name.text.dropFirst(prefix.count))),
            let origin = RecordID(bytes: bytes), of(origin) == name
        else { return nil }
        return origin
    }
}
