import Foundation
import GRDB
import Sealing
import TransparencyLog
import WarderCore

/// Keeps the hashes of the log's larger subtrees: one row for 256 events, one more for 65,536.
struct TreeWriter {
    private let insert: Statement

    init(_ database: Database) throws {
        insert = try database.cachedStatement(sql: "INSERT INTO log_nodes (level, number, hash) VALUES (?, ?, ?)")
    }

    /// Appends the events' leaves. A tree that does not end where they begin is given up: events are recorded all the
    /// same, and nobody signs what it says.
    func grow(_ tree: inout Frontier?, by events: [SealedEvent]) throws {
        guard var grown = tree else { return }
        for event in events {
            guard grown.size == event.sequence - 1, let leaf = TreeHash(event.leaf) else { return tree = nil }
            try write(grown.append(leaf))
        }
        tree = grown
    }

    func write(_ nodes: [CompletedNode]) throws {
        for node in nodes {
            guard let number = Int64(exactly: node.index) else { throw StoreError.outOfRange }
            try insert.execute(arguments: [node.level, number, Data(node.hash.bytes)])
        }
    }
}
