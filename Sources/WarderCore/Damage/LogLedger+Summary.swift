import Sealing
import TransparencyLog
import WarderModel

/// The ledger as it is kept when the events that it was learned from go.
extension LogLedger {
    /// Grows with the nouns that there are: what is gone for good is left out.
    struct Summary: Sendable, Codable, Equatable {
        struct Record: Sendable, Codable, Equatable {
            var id: RecordID
            var kind: String
            /// `nil` for one that was removed, and lies there.
            var revision: UInt64?
            var name: String?
        }

        struct SecretVersions: Sendable, Codable, Equatable {
            var secret: RecordID
            var newest: UInt32
            /// Numbers of the destroyed ones: first and last of each run.
            var destroyed: [[UInt64]]
        }

        struct Epoch: Sendable, Codable, Equatable {
            var purpose: UInt8
            var number: UInt32
        }

        struct Settled: Sendable, Codable, Equatable {
            var kind: String
            var sequence: UInt64
        }

        struct LogKey: Sendable, Codable, Equatable {
            var epoch: UInt32
            /// The note of its change, base64.
            var note: String
        }

        var records: [Record] = []
        var versions: [SecretVersions] = []
        /// Key slots that are there.
        var slots: [RecordID] = []
        var epochs: [Epoch] = []
        var newestKeyChange: UInt64?
        /// Of which kinds somebody has said what holds; `nil` where nobody had to.
        var settled: [Settled]?
        /// Changes of the log's key; `nil` for none.
        var logKeys: [LogKey]?
        /// Restores, without what was said of them later; `nil` for none.
        var restores: [LogOrigin]?
    }

    /// What is worth keeping, in an order of its own, so that the same ledger gives the same bytes.
    var summary: Summary {
        Summary(
            records: records.filter { $0.value.revision != nil || present.contains($0.key) }
                .map { id, trace in
                    Summary.Record(id: id, kind: trace.kind.rawValue, revision: trace.revision, name: trace.name)
                }
                .sorted { $0.id.bytes.lexicographicallyPrecedes($1.id.bytes) },
            versions: versions.filter { records[$0.key] != nil || present.contains($0.key) }
                .map { secret, versions in
                    Summary.SecretVersions(
                        secret: secret,
                        newest: versions.newest,
                        destroyed: versions.destroyed.ranges.map { [$0.lowerBound, $0.upperBound - 1] }
                    )
                }
                .sorted { $0.secret.bytes.lexicographicallyPrecedes($1.secret.bytes) },
            slots: slots.filter(\.value).keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) },
            epochs: epochs.map { Summary.Epoch(purpose: $0.key.rawValue, number: $0.value) }
                .sorted { $0.purpose < $1.purpose },
            newestKeyChange: newestKeyChange,
            settled: settled.isEmpty
                ? nil
                : settled.map { Summary.Settled(kind: $0.key.rawValue, sequence: $0.value) }
                    .sorted { $0.kind < $1.kind },
            logKeys: logKeyChanges.isEmpty
                ? nil
                : logKeyChanges.map { Summary.LogKey(epoch: $0.key, note: Base64.encode($0.value)) }
                    .sorted { $0.epoch < $1.epoch },
            restores: restores.isEmpty ? nil : restores
        )
    }

    /// Begins where the events of a summary ended.
    ///
    /// `present`: records that lie in the store now.
    init(present: Set<RecordID>, from summary: Summary?) {
        self.init(present: present)
        guard let summary else { return }
        for record in summary.records {
            guard let kind = RecordKind(rawValue: record.kind) else { continue }
            set(record.id, Trace(kind: kind, revision: record.revision, name: record.name))
        }
        for entry in summary.versions {
            var versions = Versions(newest: entry.newest)
            for run in entry.destroyed where run.count == 2 && run[0] <= run[1] && run[1] < .max {
                versions.destroyed.insert(contentsOf: run[0]..<run[1] + 1)
            }
            set(entry.secret, versions)
        }
        for slot in summary.slots { set(slot: slot) }
        for epoch in summary.epochs {
            if let purpose = KeyRing.Purpose(rawValue: epoch.purpose) { set(purpose, epoch.number) }
        }
        set(newestKeyChange: summary.newestKeyChange)
        for entry in summary.settled ?? [] {
            if let kind = RecordKind(rawValue: entry.kind) { set(settled: kind, at: entry.sequence) }
        }
        for key in summary.logKeys ?? [] { if let note = Base64.decode(key.note) { set(note, ofLogKey: key.epoch) } }
        set(restores: summary.restores ?? [])
    }
}
