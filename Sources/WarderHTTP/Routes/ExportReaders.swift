import Locking
import StrictJSON
import WarderCore
import WarderModel

/// Walks the log for an export, a chunk at a time, up to the event that recorded the export itself.
final class ExportReader: Sendable {
    private struct Position {
        var after: UInt64 = 0
        var last: UInt64 = 0
        var isOver = false
        /// The mark, where events before it were passed over.
        var pruned: PrunedLog?
    }

    private let vault: Vault
    private let filter: EventFilter
    private let position = Locked(Position())

    init(vault: Vault, filter: EventFilter) {
        self.vault = vault
        self.filter = filter
    }

    func start(through last: UInt64) { position.withLock { $0.last = last } }

    /// Lines, or `nil` at the end. A log that cannot be read ends the export with a line that says so; one that was pruned
    /// is said to be, behind the events.
    func next() -> [UInt8]? {
        let position = position.withLock { $0 }
        guard !position.isOver, position.after < position.last else {
            return self.position.withLock { $0.pruned.take() }.map(JSONLines.pruned)
        }
        do throws(Refusal) {
            let page = try vault.events(
                matching: filter,
                after: position.after,
                through: position.last,
                limit: 512,
                budget: 2048
            )
            self.position.withLock { current in
                current.after = max(page.scannedTo, current.after)
                current.isOver = page.isComplete
                current.pruned = page.gap(behind: position.after, for: filter) ?? current.pruned
            }
            return JSONLines.of(page.events)
        } catch {
            self.position.withLock { ($0.isOver, $0.pruned) = (true, nil) }
            return JSONLines.failure(error, after: position.after)
        }
    }
}

/// The same with what proves the lines, and the manifest as the last of them.
final class EvidenceReader: Sendable {
    private enum State {
        case waiting
        case walking(EvidenceWalk)
        case over
    }

    private let vault: Vault
    private let filter: EventFilter
    private let state = Locked(State.waiting)

    init(vault: Vault, filter: EventFilter) {
        self.vault = vault
        self.filter = filter
    }

    func start(through last: UInt64) {
        state.withLock { $0 = .walking(EvidenceWalk(through: last, of: vault, matching: filter)) }
    }

    /// Lines, or `nil` at the end; asked by one thread at a time.
    func next() -> [UInt8]? {
        // Taken out, so that what it holds is not copied when it goes on.
        let walking = state.withLock { state -> EvidenceWalk? in
            guard case .walking(let walk) = state else { return nil }
            state = .over
            return walk
        }
        guard var walk = walking else { return nil }
        do throws(Refusal) {
            guard let lines = try walk.next() else {
                let note = try walk.manifest()
                return (walk.pruned.map(JSONLines.pruned) ?? []) + JSONLines.manifest(note)
            }
            state.withLock { $0 = .walking(walk) }
            return lines
        } catch {
            return JSONLines.failure(error, after: walk.position)
        }
    }
}

/// What an export is made of on the wire.
enum JSONLines {
    static func of(_ events: [NumberedEvent]) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(events.reduce(0) { $0 + $1.line.count + 1 })
        for event in events {
            lines += event.line
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }

    /// That the rest cannot be read.
    static func failure(_ refusal: Refusal, after number: UInt64) -> [UInt8] {
        Array("{\"export_failed\":\"\(refusal.rawValue)\",\"after_seq\":\(number)}\n".utf8)
    }

    /// That events before the mark are not there, which is no line of the file either.
    static func pruned(_ mark: PrunedLog) -> [UInt8] {
        JSONBuffer.line("pruned") { json in
            json.field("events", mark.through - mark.damagedCount)
            json.field("through", mark.through)
            json.field("before", mark.before.description)
            if mark.damagedCount > 0 { json.field("damaged", mark.damagedCount) }
        }
    }

    /// The signed note, which is no line of the file.
    static func manifest(_ note: [UInt8]) -> [UInt8] {
        var json = JSONBuffer(capacity: note.count + 64)
        json.beginObject()
        json.field("manifest", String(decoding: note, as: UTF8.self))
        json.endObject()
        json.newLine()
        return json.bytes
    }
}
