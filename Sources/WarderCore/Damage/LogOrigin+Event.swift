import StrictJSON
import TransparencyLog
import WarderModel

extension LogOrigin {
    /// A restore as its event tells of it, which ``Restoration`` wrote; `nil` where not all of it is there. Of a release it
    /// says nothing.
    ///
    /// `changes`: the event's. `earlier`: the restores before it.
    init?(_ event: JSONNode, _ changes: [String], after earlier: [LogOrigin]) {
        func word(_ key: String) -> String? {
            changes.first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.utf8.count + 1)) }
        }
        // Records of earlier restores stand behind its own.
        let id = changes.lazy.compactMap(LogFact.init).compactMap { fact in
            if case .record(.origin, let id, revision: 1) = fact { id } else { nil }
        }.first
        let time = event.member("time").flatMap { try? $0.string() }.flatMap { Timestamp(rfc3339: $0) }
        guard let id, let time, let previous = word("previous").flatMap({ Hex.decode($0) }),
            let before = RecordID(bytes: previous), let size = word("size").flatMap({ UInt64($0) }),
            let header = word("backup"), let created = word("created").flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            id: id,
            number: Self.number(in: word("change")) ?? (earlier.first { $0.id == before }?.number ?? 1) + 1,
            began: time,
            previous: Previous(origin: before, size: size, leaf: word("leaf"), root: word("root")),
            backup: Backup(created: created, header: header),
            note: word("change")
        )
    }

    /// As it was signed: the event of the restore before may be damaged.
    private static func number(in note: String?) -> UInt32? {
        guard let note = note.flatMap({ Base64.decode($0) }), let change = try? KeyHistory(note).entries.first?.change,
            case .restore(let number, _) = change.reason
        else { return nil }
        return number
    }
}
