import StrictJSON
import SystemPackage
import WarderCore
import WarderLinux

/// Events in the system's journal, with fields of their own: `journalctl -t warder-audit WARDER_SECRET=github/pat`.
///
/// The journal may forget: it has limits of its own for size and rate.
struct JournalSink: EventSink {
    private var socket: JournalSocket?
    /// Fields that journalctl can look for.
    private static let fields = ["type", "decision", "reason", "actor", "server", "tool", "secret", "trace_id"]
    /// syslog's "authpriv".
    private static let facility = "10"
    private static let notice = "5"
    private static let warning = "4"

    mutating func take(_ events: [NumberedEvent]) throws {
        let socket = try socket ?? JournalSocket()
        self.socket = socket
        for event in events { try Self.send(event, to: socket) }
    }

    func newest() -> UInt64? { nil }

    private static func send(_ event: NumberedEvent, to socket: JournalSocket) throws(Errno) {
        let fields = entry(event)
        do {
            try socket.send(fields + [("WARDER_EVENT", event.line)])
        } catch {
            guard error == .messageTooLong else { throw error }
            // The journal cannot have it whole; the number says where it is found whole.
            try socket.send(fields + [("WARDER_CUT", [UInt8(ascii: "1")])])
        }
    }

    private static func entry(_ event: NumberedEvent) -> [(name: String, value: [UInt8])] {
        let texts = texts(of: event)
        let subject = ["server", "tool", "secret"].compactMap { texts[$0] }.joined(separator: " ")
        let isDamaged = event.canonical == nil
        var words = ["\(event.sequence)"]
        if isDamaged { words.append("damaged: it does not open") }
        for word in [texts["type"], texts["decision"], texts["reason"]] { words += word.map { [$0] } ?? [] }
        if !subject.isEmpty { words.append(subject) }
        if let actor = texts["actor"] { words.append(actor) }
        var entry: [(name: String, value: String)] = [
            ("MESSAGE", words.joined(separator: " ")),
            ("PRIORITY", isDamaged || texts["decision"] == "refused" ? warning : notice),
            ("SYSLOG_FACILITY", facility),
            ("SYSLOG_IDENTIFIER", "warder-audit"),
            ("WARDER_SEQ", "\(event.sequence)"),
        ]
        if isDamaged { entry.append(("WARDER_DAMAGED", "1")) }
        for field in fields {
            if let text = texts[field] { entry.append(("WARDER_" + field.uppercased(), text)) }
        }
        return entry.map { (name: $0.name, value: Array($0.value.utf8)) }
    }

    private static func texts(of event: NumberedEvent) -> [String: String] {
        guard let root = event.canonical.flatMap(EventDocument.read)?.root else { return [:] }
        var texts: [String: String] = [:]
        for field in fields {
            guard let node = root.member(field) else { continue }
            texts[field] = try? node.string()
        }
        return texts
    }
}
