import WarderCrypto
import WarderModel

/// An event from the time when the vault had no key: sealed to the inbox key until it can join the log.
///
/// It has the few fields that an attempt to unseal and a start can have (docs/formats/event.md); its number in the log
/// comes when it joins the log.
package struct InboxEvent: Sendable {
    let event: Event
    let nonce: RecordID

    var time: Timestamp { event.time }

    func canonicalBytes(sequence: UInt64) -> [UInt8] {
        EventFormat.canonicalBytes(of: event, sequence: sequence, nonce: nonce)
    }

    func sealed(to key: BoxPublicKey) throws -> [UInt8] {
        try SealedBox.seal(RecordCoding.encode(Entry(self)), to: key)
    }

    /// What can happen while there is no key.
    static let types: Set<Action> = [
        .vaultStart, .vaultStop, .vaultUnseal, .unsealShare, .unsealCancel, .peerUnknown, .peerLimited, .peerSealed,
        .peerRefused, .peerMalformed,
    ]

    /// Opens to something that no sealed vault writes.
    struct ForeignType: Error {}

    /// - Throws: also for an event of a type that a sealed vault cannot produce. Whoever can write the database can
    ///   seal an entry, and
    ///   must not be able to put a grant or a reveal that never was into the log.
    static func open(_ sealed: [UInt8], with keys: BoxKeyPair) throws -> InboxEvent {
        let entry = try RecordCoding.decode(Entry.self, from: SealedBox.openPlain(sealed, with: keys)).inboxEvent
        guard types.contains(entry.event.action) else { throw ForeignType() }
        return entry
    }

    /// The stored shape.
    private struct Entry: Codable {
        var action: Action
        var time: Timestamp
        var nonce: RecordID
        var reason: Refusal?
        var requestID: String?
        var duration: Int64?
        var changes: [String]
        var peer: PeerEntry?

        init(_ inbox: InboxEvent) {
            let event = inbox.event
            action = event.action
            time = event.time
            nonce = inbox.nonce
            reason = event.reason
            requestID = event.requestID
            duration = event.durationMicroseconds
            changes = event.changes
            peer = event.actor.peer.map(PeerEntry.init)
        }

        var inboxEvent: InboxEvent {
            var event = Event(action: action, time: time, actor: peer.map { .uid($0.peer) } ?? .vault)
            event.decision = reason == nil ? .allowed : .refused
            event.reason = reason
            event.requestID = requestID
            event.durationMicroseconds = duration
            event.changes = changes
            return InboxEvent(event: event, nonce: nonce)
        }
    }

    private struct PeerEntry: Codable {
        var pid: Int32
        var uid: UInt32
        var gid: UInt32
        var unit: String?
        var attestation: Peer.Attestation

        init(_ peer: Peer) {
            pid = peer.pid
            uid = peer.uid
            gid = peer.gid
            unit = peer.unit
            attestation = peer.attestation
        }

        var peer: Peer {
            Peer(pid: pid, uid: uid, gid: gid, startTime: 0, unit: unit, attestation: attestation)
        }
    }
}
