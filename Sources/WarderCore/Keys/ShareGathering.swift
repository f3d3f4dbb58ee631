import Locking
import SecretMemory
import Sealing
import SecretShares
import WarderCrypto
package import WarderModel

/// Shares that people have brought so far, from one terminal or several: to open the sealed vault, or to have a code
/// made for an operator of the open one.
///
/// The first share begins an attempt, which gets a name; later ones have to give it and say what they are for, so that
/// nobody adds to an attempt that is not the one they were asked to. An attempt ends when its shares are complete, when
/// it is cancelled, or when its quarter of an hour is over: shares must not lie in memory for ever.
package final class ShareGathering: Sendable {
    /// How long an attempt waits for its last share, in seconds.
    package static let patienceSeconds: Int64 = 900

    /// What shares are brought for.
    package enum Purpose: Sendable, Equatable {
        case unsealing
        /// A code with which this operator sets a passphrase.
        case enrolment(OperatorName)
    }

    /// What may be seen of an attempt.
    package struct Progress: Sendable, Equatable {
        package let purpose: Purpose
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
        /// What they gave back, for this slot. Whoever gets it says with `settle` what came of it.
        case complete(SecretBytes, KeySlot, attempt: String)
    }

    private struct Attempt: Sendable {
        let purpose: Purpose
        let name: String
        let slot: KeySlot
        let set: ShareSet
        var shares: [Share]
        let ends: Moment

        func progress(at now: Moment) -> Progress {
            Progress(
                purpose: purpose,
                attempt: name,
                slot: slot.id,
                indexes: shares.map(\.index).sorted(),
                threshold: set.threshold,
                secondsLeft: max(0, now.seconds(until: ends))
            )
        }
    }

    private struct Gathered: Sendable {
        var attempt: Attempt?
        /// The last attempt that was complete, without its last share, until it shows whether that can be written down.
        var opening: Attempt?
    }

    private let gathered = Locked(Gathered())

    package init() {}

    /// The attempt that is under way.
    package func progress(at now: Moment) -> Progress? {
        gathered.withLock { gathered in
            gathered.attempt.flatMap { now.isBefore($0.ends) ? $0.progress(at: now) : nil }
        }
    }

    /// Drops an attempt whose time is up, and says what it was.
    func takeOverdue(at now: Moment) -> Progress? {
        gathered.withLock { gathered in
            guard let present = gathered.attempt, !now.isBefore(present.ends) else { return nil }
            gathered.attempt = nil
            return present.progress(at: now)
        }
    }

    /// Adds a share to the attempt of this name; begins one where there is none and no name is given. Whoever asks has
    /// taken an overdue one away at the same moment.
    ///
    /// - Throws: `shareForeign` for a share of no slot of this vault, or of another set than the attempt's;
    ///   `attemptUnknown` for a name that is not the attempt's, or none when there is one, or when that is for something
    ///   else; `shareTwice`; `wrongKey` when the shares together do not give the secret: they are dropped.
    func add(
        _ share: Share,
        to name: String?,
        for purpose: Purpose,
        slots: [KeySlot],
        at now: Moment
    ) throws(Refusal) -> Step {
        try gathered.withLock { (gathered: inout sending Gathered) throws(Refusal) -> Step in
            var present = try Self.attempt(gathered.attempt, for: share, named: name, purpose, slots: slots, at: now)
            guard !present.shares.contains(where: { $0.index == share.index }) else { throw .shareTwice }
            present.shares.append(share)
            guard present.shares.count >= present.set.threshold else {
                gathered.attempt = present
                return .waiting(present.progress(at: now))
            }
            gathered.attempt = nil
            do throws(ShareError) {
                let secret = try Share.combine(present.shares, of: present.set)
                present.shares.removeLast()
                gathered.opening = present
                return .complete(secret, present.slot, attempt: present.name)
            } catch {
                throw error == .exhausted ? .memoryNotLocked : .wrongKey
            }
        }
    }

    /// Takes a share out of the attempt of this name again, and leaves those that others brought; an attempt without
    /// any is none.
    func takeBack(_ share: Share, from name: String) {
        gathered.withLock { gathered in
            guard gathered.attempt?.name == name else { return }
            gathered.attempt?.shares.removeAll { $0.index == share.index }
            if gathered.attempt?.shares.isEmpty == true { gathered.attempt = nil }
        }
    }

    /// Ends an attempt that was complete. Where nothing of that could be written down, its last share was not brought,
    /// and the others wait for it again, until the attempt's own end; not where they were dropped meanwhile, or another
    /// attempt has begun.
    func settle(_ name: String, isWritten: Bool) {
        gathered.withLock { gathered in
            guard let opening = gathered.opening, opening.name == name else { return }
            gathered.opening = nil
            if !isWritten, gathered.attempt == nil, !opening.shares.isEmpty { gathered.attempt = opening }
        }
    }

    /// Sees to it that an attempt that is complete is not put back, whatever comes of it.
    func forgetComplete() {
        gathered.withLock { $0.opening = nil }
    }

    /// Drops an attempt whose slot was removed, or wraps another root key by now: its shares make nothing any more.
    func dropUnless(among slots: [KeySlot]) {
        func isKept(_ attempt: Attempt) -> Bool {
            slots.contains { $0.id == attempt.slot.id && $0.wrapped == attempt.slot.wrapped }
        }
        gathered.withLock { gathered in
            if let attempt = gathered.attempt, !isKept(attempt) { gathered.attempt = nil }
            if let opening = gathered.opening, !isKept(opening) { gathered.opening = nil }
        }
    }

    /// Drops the attempt and its shares, and says what it was; one of another name is left alone. One that is complete is
    /// not put back any more.
    @discardableResult
    func cancel(_ name: String? = nil, at now: Moment) -> Progress? {
        gathered.withLock { gathered in
            if name == nil || name == gathered.opening?.name { gathered.opening = nil }
            guard let present = gathered.attempt, name == nil || name == present.name else { return nil }
            gathered.attempt = nil
            return present.progress(at: now)
        }
    }

    private static func attempt(
        _ present: Attempt?,
        for share: Share,
        named name: String?,
        _ purpose: Purpose,
        slots: [KeySlot],
        at now: Moment
    ) throws(Refusal) -> Attempt {
        if let present {
            guard name == present.name, purpose == present.purpose else { throw .attemptUnknown }
            guard share.set == present.set else { throw .shareForeign }
            return present
        }
        guard name == nil else { throw .attemptUnknown }
        for slot in slots {
            guard case .shares(_, let set) = slot.kind, set == share.set else { continue }
            return Attempt(
                purpose: purpose,
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

extension ShareGathering.Progress {
    /// What an event says of it: whose code the shares are for, of which slot they are, how many of how many.
    var facts: [String] {
        var facts: [String] = []
        if case .enrolment(let name) = purpose { facts.append("name=\(name)") }
        return facts + ["slot/\(slot)/shares", "shares=\(indexes.count)", "need=\(threshold)"]
    }
}
