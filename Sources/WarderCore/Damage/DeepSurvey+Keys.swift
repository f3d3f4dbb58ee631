import Sealing
import WarderCrypto
import WarderModel

/// What the vault is opened with, and what waits for it to be opened.
extension DeepSurvey {
    private static let slice = 64

    func checkInbox() throws(DeepCheck.Stop) {
        let keys: BoxKeyPair
        do { keys = try BoxKeyPair(secretKey: ring.current(.inbox).key) } catch { throw .exhausted }
        var nonces: Set<RecordID> = []
        var last: Int64?
        try scan(
            .inbox,
            slice: Self.slice,
            position: \.position,
            read: store.inboxRows,
            body: { row throws(DeepCheck.Stop) in
                // Entries go from the front, all at once: nothing makes a gap.
                if let last, row.position > last + 1 { list.add(.inboxMissing, .inbox(last + 1)) }
                last = row.position
                guard let event = try? InboxEvent.open(row.sealed, with: keys) else {
                    return list.add(.inboxUnreadable, .inbox(row.position))
                }
                if nonces.insert(event.nonce).inserted {
                    good.inbox += 1
                } else {
                    list.add(.inboxDoubled, .inbox(row.position))
                }
            }
        )
    }

    /// Ids of the slots that there are.
    func readSlots(isFirst: Bool) throws(DeepCheck.Stop) -> Set<RecordID> {
        var present: Set<RecordID> = []
        try scan(
            .slots,
            slice: Self.slice,
            isCounted: isFirst,
            position: \.position,
            read: store.slotRows,
            body: { row throws(DeepCheck.Stop) in
                if let slot = row.slot { present.insert(slot.id) }
                if let slot = row.slot, slot.isWellFormed, isUnchanged(slot) {
                    if isFirst { good.slots += 1 }
                } else if isFirst {
                    list.add(.slotMalformed, .slot(row.slot?.id))
                }
            }
        )
        return present
    }

    /// A slot cannot be opened here. What it was when the vault was opened can be compared.
    private func isUnchanged(_ slot: KeySlot) -> Bool {
        guard let known = check.foundation.slots.first(where: { $0.id == slot.id }) else { return true }
        return known.kind == slot.kind && known.wrapped == slot.wrapped
    }

    func checkFoundation() throws(DeepCheck.Stop) {
        for (purpose, logged) in ledger.epochs {
            let newest: UInt32
            do { newest = try ring.current(purpose).epoch } catch { throw .exhausted }
            if newest < logged { list.add(.keyRingPutBack, .key(purpose)) }
        }
        // What lies there now, not what was read when the vault was opened.
        let stored: Foundation?
        do throws(StoreError) { stored = try store.foundation() } catch .unavailable(let code) {
            throw .store(.unavailable(code: code))
        } catch { stored = nil }
        guard let foundation = stored else {
            // A slot that cannot be read takes the rest with it, and was named already.
            if list.counts[.slotMalformed] == nil { list.add(.keyRingMalformed, .foundation) }
            return
        }
        let known = check.foundation
        if foundation.vault != ring.vault || foundation.keyRing != known.keyRing
            || !KeyRing.couldBeSealed(foundation.keyRing, entries: ring.entries.count)
        {
            list.add(.keyRingMalformed, .foundation)
        }
        if foundation.profile != known.profile { list.add(.profileChanged, .foundation) }
        do {
            let inbox = try BoxKeyPair(secretKey: ring.current(.inbox).key).publicKey.bytes
            let signing = try SigningKey(seed: ring.current(.signing).key).verifyingKey.bytes
            if inbox != foundation.inboxKey { list.add(.publicKeyWrong, .key(.inbox)) }
            if signing != foundation.logKey { list.add(.publicKeyWrong, .key(.signing)) }
        } catch { throw .exhausted }
    }
}
