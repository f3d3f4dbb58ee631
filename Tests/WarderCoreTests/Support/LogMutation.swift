/// What somebody does to a closed database who has no key. `other0` is an older copy of it, `other1` another log that
/// went on from the copy.
enum LogMutation: CaseIterable {
    case flipPayload, flipLeaf, flipNode, flipCheckpoint, flipChange, flipKeyRing, flipLogKey, flipTime
    case dropEvent, dropPayload, dropLeaf, dropNode, dropCheckpoints, dropNewestCheckpoint, dropChange, dropChanges
    case swapEvents, swapPayloads, doubleEvent, cutOff, cutOffUnseen
    case spliceEvent, spliceEnd, spliceCheckpoints, spliceOlderCheckpoints, spliceChanges, spliceKeys
    case replayOlder, replayFork, replayOlderWithChanges

    /// Whether it may change nothing that anybody asks for.
    var isHarmless: Bool {
        switch self {
        case .dropCheckpoints, .dropNewestCheckpoint, .spliceOlderCheckpoints: true
        default: false
        }
    }

    /// Statements that keep events 1 to `last` and no sign that there were more but the checkpoints.
    static func cut(after last: Int) -> String {
        """
        DELETE FROM log_payloads WHERE seq > \(last);
        DELETE FROM log_leaves WHERE seq > \(last);
        DELETE FROM log_nodes WHERE (number + 1) * (1 << level) > \(last);
        """
    }

    private static let tables = ["log_payloads", "log_leaves"]

    private static func splice(_ tables: [String], from other: String, where condition: String = "1") -> String {
        tables.map { table in
            "DELETE FROM \(table) WHERE \(condition); "
                + "INSERT INTO \(table) SELECT * FROM \(other).\(table) WHERE \(condition);"
        }
        .joined(separator: "\n")
    }

    private static func flip(
        _ table: String,
        _ column: String,
        where condition: String,
        _ numbers: inout some RandomNumberGenerator
    ) -> String {
        let (place, mask) = (Int.random(in: 0..<4096, using: &numbers), Int.random(in: 1...255, using: &numbers))
        return "UPDATE \(table) SET \(column) = flip(\(column), \(place), \(mask)) WHERE \(condition);"
    }

    /// The statements. `events`: of the log; `held`: those of the checkpoint outside.
    func sql(events: Int, held: Int, _ numbers: inout some RandomNumberGenerator) -> String {
        let at = Int.random(in: 1...held, using: &numbers)
        let other = Int.random(in: 1...held, using: &numbers)
        let change = Int.random(in: 2...3, using: &numbers)
        // The fork begins behind what the older copy has.
        let late = Int.random(in: (held - 70)...held, using: &numbers)
        switch self {
        case .flipPayload: return Self.flip("log_payloads", "sealed", where: "seq = \(at)", &numbers)
        case .flipLeaf: return Self.flip("log_leaves", "leaf", where: "seq = \(at)", &numbers)
        case .flipNode: return Self.flip("log_nodes", "hash", where: "number = 0", &numbers)
        case .flipCheckpoint:
            return Self.flip(
                "log_checkpoints",
                "note",
                where: "size = (SELECT max(size) FROM log_checkpoints)",
                &numbers
            )
        case .flipChange: return Self.flip("log_key_changes", "note", where: "epoch = \(change)", &numbers)
        case .flipKeyRing: return Self.flip("vault", "key_ring", where: "1", &numbers)
        case .flipLogKey: return Self.flip("vault", "log_key", where: "1", &numbers)
        case .flipTime: return "UPDATE log_payloads SET time = time + \(at) WHERE seq = \(other);"
        case .dropEvent: return Self.tables.map { "DELETE FROM \($0) WHERE seq = \(at);" }.joined()
        case .dropPayload: return "DELETE FROM log_payloads WHERE seq = \(at);"
        case .dropLeaf: return "DELETE FROM log_leaves WHERE seq = \(at);"
        case .dropNode: return "DELETE FROM log_nodes;"
        case .dropCheckpoints: return "DELETE FROM log_checkpoints;"
        case .dropNewestCheckpoint:
            return "DELETE FROM log_checkpoints WHERE size = (SELECT max(size) FROM log_checkpoints);"
        case .dropChange: return "DELETE FROM log_key_changes WHERE epoch = \(change);"
        case .dropChanges: return "DELETE FROM log_key_changes;"
        case .swapEvents: return Self.tables.map { Self.swap($0, at, other) }.joined()
        case .swapPayloads: return Self.swap("log_payloads", at, other)
        case .doubleEvent:
            return Self.tables.map { table in
                "DELETE FROM \(table) WHERE seq = \(at); UPDATE \(table) SET seq = \(at) WHERE seq = \(other);"
            }
            .joined()
        case .cutOff: return Self.cut(after: at)
        case .cutOffUnseen: return Self.cut(after: at) + "DELETE FROM log_checkpoints WHERE size > \(at);"
        case .spliceEvent: return Self.splice(Self.tables, from: "other1", where: "seq = \(late)")
        case .spliceEnd:
            return Self.splice(Self.tables, from: "other1", where: "seq >= \(late)")
                + Self.splice(["log_nodes", "log_checkpoints"], from: "other1")
        case .spliceCheckpoints: return Self.splice(["log_checkpoints"], from: "other1")
        case .spliceOlderCheckpoints: return Self.splice(["log_checkpoints"], from: "other0")
        case .spliceChanges: return Self.splice(["log_key_changes"], from: "other1")
        case .spliceKeys:
            return Self.splice(["log_key_changes"], from: "other1")
                + "UPDATE vault SET log_key = (SELECT log_key FROM other1.vault), "
                + "key_ring = (SELECT key_ring FROM other1.vault);"
        case .replayOlder, .replayFork: return "SELECT 1;"
        case .replayOlderWithChanges:
            return Self.cut(after: at) + Self.splice(["log_key_changes"], from: "other0")
                + "DELETE FROM log_checkpoints WHERE size > \(at); "
                + "UPDATE vault SET log_key = (SELECT log_key FROM other0.vault), "
                + "key_ring = (SELECT key_ring FROM other0.vault);"
        }
    }

    private static func swap(_ table: String, _ one: Int, _ two: Int) -> String {
        guard one != two else { return "" }
        return "UPDATE \(table) SET seq = -1 WHERE seq = \(one); UPDATE \(table) SET seq = \(one) WHERE seq = \(two); "
            + "UPDATE \(table) SET seq = \(two) WHERE seq = -1;"
    }
}
