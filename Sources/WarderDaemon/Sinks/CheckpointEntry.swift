import WarderCore
import WarderLinux

/// A checkpoint in the system's journal, which often goes on to another machine: `journalctl -t warder-checkpoint`.
///
/// It names nothing and nobody. Whether the journal keeps it is the journal's own affair.
struct CheckpointEntry {
    /// syslog's "authpriv".
    private static let facility = "10"
    private static let notice = "5"

    private let checkpoint: StoredCheckpoint

    init(_ checkpoint: StoredCheckpoint) { self.checkpoint = checkpoint }

    /// The entry's fields; the whole signed note is one of them.
    var fields: [(name: String, value: [UInt8])] {
        let texts = [
            ("MESSAGE", "the log has \(checkpoint.size) events, root \(checkpoint.rootText)"),
            ("PRIORITY", Self.notice),
            ("SYSLOG_FACILITY", Self.facility),
            ("SYSLOG_IDENTIFIER", "warder-checkpoint"),
            ("WARDER_SIZE", "\(checkpoint.size)"),
        ]
        return texts.map { (name: $0.0, value: Array($0.1.utf8)) } + [("WARDER_CHECKPOINT", checkpoint.note)]
    }

    /// Hands it to whoever listens at `path`. Where nobody does, there is no journal, and nothing is lost: the
    /// checkpoint lies in the database too.
    func send(to path: String = JournalSocket.systemPath) { try? JournalSocket(path: path).send(fields) }
}
