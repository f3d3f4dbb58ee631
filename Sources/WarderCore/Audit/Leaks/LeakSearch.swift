import HashTreeCollections
import Sealing
package import WarderModel

/// Whether a value that turned up somewhere was ever stored here, who got it, and whether it still works.
package enum LeakSearch {
    /// Permission to look for a value: the number of the event that says so, which is how far the walk goes. The event
    /// says nothing of the value. Requires `auditor`.
    ///
    /// - Throws: `throttled` for a user who has looked for too many.
    package static func find(by caller: Caller) -> Command<UInt64> {
        Command(.auditFindLeak, by: caller) { transaction, _ throws(Refusal) in
            guard let uid = caller.peer?.uid else { throw .notAnOperator }
            guard transaction.state.leakAllowance.take(uid, at: transaction.now) else { throw .throttled }
            return transaction.lastSequence + 1
        }
    }
}

/// What a walk through the log found out about a value.
package struct LeakReport: Sendable {
    /// Versions that held it, in the order in which they were stored.
    package let matches: [LeakMatch]
    package let uses: [LeakUse]
    /// Whether there were more than are remembered.
    package let matchesAreCut: Bool
    package let usesAreCut: Bool
    /// Events that were looked at, and of these the ones that could not be read: what they said is not known.
    package let events: UInt64
    package let unreadable: UInt64
    /// Number and time of the first event there is: nothing is known of what was before.
    package let first: (sequence: UInt64, time: Timestamp)?
    /// Number of the last event that was looked at.
    package let through: UInt64
}

extension Vault {
    /// Events that are opened at a time.
    private static let slice = 512

    /// Walks through the whole log once and gathers what it says of a value. Blocks for about a second for 100,000
    /// events; never on an event loop.
    ///
    /// - Parameters:
    ///   - needle: The value; it is let go of at the beginning.
    ///   - last: Number of the last event to look at.
    ///   - progress: Told after every slice how many events it has seen, and of how many.
    ///   - isCancelled: Asked before every slice.
    /// - Returns: what the log says.
    /// - Throws: `cancelled` also when the vault is sealed before the end.
    package func findLeak(
        of needle: LeakNeedle,
        through last: UInt64,
        progress: (DeepCheck.Progress) -> Void,
        isCancelled: () -> Bool
    ) throws(DeepCheck.Stop) -> LeakReport {
        guard let keys else { throw .cancelled }
        var trail = LeakTrail(try Self.fingerprints(of: needle, keys.ring))
        var (position, count, unreadable): (UInt64, UInt64, UInt64) = (prunedLog?.through ?? 0, 0, 0)
        var first: (sequence: UInt64, time: Timestamp)?
        while position < last {
            if isCancelled() || self.keys == nil { throw .cancelled }
            let part: LogPart
            do throws(StoreError) {
                part = try logPart(
                    in: position + 1...last,
                    times: EventFilter().times,
                    limit: Self.slice,
                    newestFirst: false
                )
            } catch { throw .store(error) }
            guard let end = part.end else { break }
            for row in part.rows {
                guard case .sealed(let event) = row else {
                    unreadable += 1
                    continue
                }
                if first == nil { first = (event.sequence, event.time) }
                let canonical = try Self.open(event, keys)
                if canonical.map({ trail.take($0, sequence: event.sequence) }) != true { unreadable += 1 }
            }
            count += UInt64(part.rows.count)
            position = end
            progress(DeepCheck.Progress(checked: Int(clamping: position), total: Int(clamping: last)))
        }
        return LeakReport(
            matches: trail.matches.map(asItIsNow),
            uses: trail.uses,
            matchesAreCut: trail.matchesAreCut,
            usesAreCut: trail.usesAreCut,
            events: count,
            unreadable: unreadable,
            first: first,
            through: last
        )
    }

    private static func fingerprints(
        of needle: LeakNeedle,
        _ ring: KeyRing
    ) throws(DeepCheck.Stop) -> LeakFingerprints {
        guard let value = needle.take() else { throw .cancelled }
        return try LeakFingerprints(of: value, under: ring)
    }

    /// `nil` for an event that does not open.
    private static func open(_ event: SealedEvent, _ keys: OpenKeys) throws(DeepCheck.Stop) -> [UInt8]? {
        do throws(SealingError) { return try keys.events.open(event) } catch .exhausted {
            throw .exhausted
        } catch { return nil }
    }

    /// A match with what has become of the version.
    private func asItIsNow(_ match: LeakMatch) -> LeakMatch {
        guard let name = try? SecretName(match.secret), let secret = state?.secrets[name] else { return match }
        var match = match
        // Of destroyed versions the oldest are forgotten.
        match.state = (secret.version(match.version)?.state ?? .destroyed).rawValue
        match.isDeleted = secret.deleted != nil
        return match
    }
}
