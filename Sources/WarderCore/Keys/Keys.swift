package import Sealing
package import WarderModel

/// What operators ask about the keys: the slots that open the vault, and the epochs of the keys within.
package enum Keys {
    /// Many ways in are many ways to lose.
    package static let maximumSlots = 16

    /// What is sealed under new keys after a rotation. The log's signing key is not among them: auditors pin
    /// it, and it has a rotation of its own.
    static let rotated: Set<KeyRing.Purpose> = [.keyEncryption, .metadata, .fingerprint, .log, .inbox]
    /// Purposes whose old keys go once nothing is sealed under them any more.
    static let rewrapped: Set<KeyRing.Purpose> = [.keyEncryption, .metadata]

    /// What there is, without any key.
    package struct Overview: Sendable {
        package struct Key: Sendable {
            package let purpose: KeyRing.Purpose
            package let epoch: UInt32
            package let created: Timestamp
            package let isNewest: Bool
        }

        package let slots: [KeySlot]
        package let rootCreated: Timestamp
        package let keys: [Key]
        /// Rows that are still sealed under keys before the newest.
        package let rowsUnderOldKeys: Int
        /// Whether these rows do not open, so that they stay there.
        package let standsStill: Bool
    }

    /// Requires `admin` or `auditor`.
    package static func list(by caller: Caller) -> Command<Overview> {
        Command(.keyList, by: caller) { transaction, _ throws(Refusal) in
            Overview(
                slots: transaction.foundation.slots,
                rootCreated: transaction.foundation.rootCreated,
                keys: try overview(of: transaction.keys.ring),
                rowsUnderOldKeys: transaction.state.rowsUnderOldKeys,
                standsStill: transaction.state.rotationStandsStill
            )
        }
    }

    /// Adds a way in. Requires `admin`, and presence.
    package static func add(_ prepared: PreparedSlot, by caller: Caller) -> Command<KeySlot> {
        Command(.slotAdd, by: caller, describe: { $0.changes = ["kind=\(prepared.slot.kindName)"] }) {
            transaction,
            event throws(Refusal) in
            guard prepared.root.isSame(as: transaction.keys.root) else { throw .keysChanged }
            guard transaction.foundation.slots.count < maximumSlots else { throw .slotLimit }
            transaction.replace(slots: transaction.foundation.slots + [prepared.slot])
            event.changes.append(fact(prepared.slot))
            return prepared.slot
        }
    }

    /// Takes a way in away; refused for the last. Backups made before still open with it.
    ///
    /// Requires `admin`, and presence.
    package static func remove(_ id: RecordID, by caller: Caller) -> Command<KeySlot> {
        Command(.slotRemove, by: caller, describe: { $0.changes = ["slot/\(id)"] }) {
            transaction,
            event throws(Refusal) in
            let slots = transaction.foundation.slots
            guard let slot = slots.first(where: { $0.id == id }) else { throw .slotMissing }
            guard slots.count > 1 else { throw .lastSlot }
            transaction.replace(slots: slots.filter { $0.id != id })
            event.changes = ["\(fact(slot))@removed"]
            return slot
        }
    }

    /// Puts another passphrase into a passphrase's slot. Requires `admin`, and presence.
    ///
    /// `prepared`: made by whoever knew the old one.
    package static func change(_ id: RecordID, to prepared: PreparedSlot, by caller: Caller) -> Command<KeySlot> {
        Command(.slotChange, by: caller, describe: { $0.changes = ["slot/\(id)"] }) {
            transaction,
            event throws(Refusal) in
            guard prepared.root.isSame(as: transaction.keys.root) else { throw .keysChanged }
            var slots = transaction.foundation.slots
            guard let index = slots.firstIndex(where: { $0.id == id }) else { throw .slotMissing }
            event.changes = ["\(fact(slots[index]))@removed", fact(prepared.slot)]
            slots[index] = prepared.slot
            transaction.replace(slots: slots)
            return prepared.slot
        }
    }

    /// Writes down that somebody may not, before slow work is begun for them; or that they could not open a slot.
    package static func refuse<Answer>(
        _ action: Action,
        _ reason: Refusal = .presenceRequired,
        slot: RecordID? = nil,
        by caller: Caller
    ) -> Command<Answer> {
        Command(action, by: caller, describe: { $0.changes = slot.map { ["slot/\($0)"] } ?? [] }) {
            _,
            _ throws(Refusal) in throw reason
        }
    }

    static func fact(_ slot: KeySlot) -> String { "slot/\(slot.id)/\(slot.kindName)" }

    static func newest(_ purpose: KeyRing.Purpose, of ring: KeyRing) throws(Refusal) -> UInt32 {
        do { return try ring.current(purpose).epoch } catch { throw Refusal(error) }
    }

    private static func overview(of ring: KeyRing) throws(Refusal) -> [Overview.Key] {
        var keys: [Overview.Key] = []
        for entry in ring.entries {
            keys.append(
                Overview.Key(
                    purpose: entry.purpose,
                    epoch: entry.epoch,
                    created: entry.created,
                    isNewest: try newest(entry.purpose, of: ring) == entry.epoch
                )
            )
        }
        return keys.sorted { ($0.purpose.rawValue, $0.epoch) < ($1.purpose.rawValue, $1.epoch) }
    }
}

extension KeyRing.Purpose {
    /// The word for it in events and tables.
    package var name: String {
        switch self {
        case .keyEncryption: "key-encryption"
        case .metadata: "metadata"
        case .fingerprint: "fingerprint"
        case .log: "log"
        case .signing: "signing"
        case .inbox: "inbox"
        }
    }
}
