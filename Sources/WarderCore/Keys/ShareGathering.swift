import Locking
import SecretMemory
import Sealing
import WarderCrypto
package import WarderModel

/// Shares that people have brought so far to open the sealed vault, from one terminal or several.
///
/// The first share begins an attempt, which gets a name; later ones have to give it, so that nobody adds to an attempt
/// that is not the one they were asked to. An attempt ends when it opens the vault, when it is cancelled, or by itself
/// after a quarter of an hour: shares must not lie in memory for ever.
package final class ShareGathering: Sendable {
    /// How long an attempt waits for its last share, in seconds.
    package static let patienceSeconds: Int64 = 900

    /// What anybody on the operator socket may see of an attempt.
    package struct Progress: Sendable, Equatable {
        /// The attempt's name: 6 characters, to be read aloud.
        package let attempt: String
        package let slot: RecordID
        /// Which shares are there, by their index, ascending.
        package let indexes: [Int]
        package let threshold: Int
        /// Seconds until the attempt ends by itself.
        package let secondsLeft: Int64
    }

    /// What came of a share.
    enum Step: Sendable {
        case waiting(Progress)
        case complete(SecretBytes, KeySlot)
    }

    private struct Attempt: Sendable {
        let name: String
        let slot: KeySlot
        let set: ShareSet
        var shares: [Share]
        let ends: Moment

        func progress(at now: Moment) -> Progress {
            Progress(
                attempt: name,
                slot: slot.id,
                indexes: shares.map(\.index).sorted(),
                threshold: set.threshold,
                secondsLeft: max(0, now.seconds(until: ends))
            )
        }
    }

    private let attempt = Locked<Attempt?>(nil)

    package init() {}

    /// The attempt that is under way; one whose time is up ends here.
    @discardableResult
    package func progress(at now: Moment) -> Progress? {
        attempt.withLock { attempt in
            if let present = attempt, !now.isBefore(present.ends) { attempt = nil }
            return attempt?.progress(at: now)
        }
    }

    /// Adds a share to the attempt of this name; begins one where there is none and no name is given.
    ///
    /// - Throws: `shareForeign` for a share of no slot of this vault, or of another set than the attempt's;
    ///   `attemptUnknown` for a name that is not the attempt's, or none when there is one; `shareTwice`;
    ///   `wrongKey` when the shares together do not give the secret: they are dropped.
    func add(_ share: Share, to name: String?, slots: [KeySlot], at now: Moment) throws(Refusal) -> Step {
        try attempt.withLock { (attempt: inout sending Attempt?) throws(Refusal) -> Step in
            if let present = attempt, !now.isBefore(present.ends) { attempt = nil }
            var present = try Self.attempt(attempt, for: share, named: name, slots: slots, at: now)
            guard !present.shares.contains(where: { $0.index == share.index }) else { throw .shareTwice }
            present.shares.append(share)
            guard present.shares.count >= present.set.threshold else {
                attempt = present
                return .waiting(present.progress(at: now))
            }
            attempt = nil
            do throws(ShareError) {
                return .complete(try Share.combine(present.shares, of: present.set), present.slot)
            } catch {
                throw error == .exhausted ? .memoryNotLocked : .wrongKey
            }
        }
    }

    /// Drops the attempt and its shares; returns whether there was one.
    @discardableResult
    func cancel() -> Bool {
        attempt.withLock { attempt in
            defer { attempt = nil }
            return attempt != nil
        }
    }

    private static func attempt(
        _ present: Attempt?,
        for share: Share,
        named name: String?,
        slots: [KeySlot],
        at now: Moment
    ) throws(Refusal) -> Attempt {
        if let present {
            guard name == present.name else { throw .attemptUnknown }
            guard share.set == present.set else { throw .shareForeign }
            return present
        }
        guard name == nil else { throw .attemptUnknown }
        for slot in slots {
            guard case .shares(_, let set) = slot.kind, set == share.set else { continue }
            return Attempt(
                name: String(Base62.encode(SecureRandom.bytes(count: 4))),
                slot: slot,
                set: set,
                shares: [],
                ends: now.adding(seconds: patienceSeconds)
            )
        }
        throw .shareForeign
    }
}
