import SecretMemory
import WarderModel

/// Values that calls may use while the vault cannot be asked, for as long as the grant and each call allow.
///
/// Keeps a value for calls that name `maxStale`, and for no others; decides when it may be used. A clock is not looked at
/// here: callers say what time it is. What it forgets is wiped as soon as no call holds it any more.
struct KeptValues {
    /// Fields of one secret, for one tool and context.
    struct Key: Hashable, Sendable {
        let name: SecretName
        let fields: [FieldName]
        let token: TokenDemand.Key
    }

    /// What a call notes when it asks: what it brings is kept only where the vault has said nothing since that could be against it.
    /// Answers over two connections may be read in another order than they were given in.
    struct Question {
        let asked: Duration
        fileprivate let words: UInt64
    }

    /// Values of one version, and when they were asked for.
    private struct Kept {
        let version: UInt32
        let values: [SecretBytes]
        let asked: Duration
        /// The longest time that the vault allows, more than zero.
        let limit: Duration

        var byteCount: Int { values.reduce(0) { $0 + $1.count } }
    }

    /// Values that are kept at most.
    static var maximumValues: Int { 256 }
    /// Bytes of all of them: protected memory is there for the values of calls first.
    static var maximumBytes: Int { 4 << 20 }

    private var kept: [Key: Kept] = [:]
    private var byteCount = 0
    /// How often the vault has said something against values that may still be on their way.
    private var words: UInt64 = 0
    /// Whether the vault tells what changes, or is too old for that. Before, and where it refuses, nobody would tell when a value
    /// has to go.
    private var isTold = false
    private var isOver = false

    var isEmpty: Bool { kept.isEmpty }
    var count: Int { kept.count }

    /// To be noted before a value is asked for.
    func question(at now: Duration) -> Question { Question(asked: now, words: words) }

    /// Keeps values in place of those before; those that were asked for longest ago make room.
    mutating func keep(_ secret: ResolvedSecret, from question: Question) {
        let key = secret.request.key
        if let before = kept[key], before.asked > question.asked { return }
        drop(key)
        let new = Kept(version: secret.version, values: secret.values, asked: question.asked, limit: secret.limit)
        guard isTold, !isOver, question.words == words, new.limit > .zero, new.byteCount <= Self.maximumBytes else {
            return
        }
        while kept.count >= Self.maximumValues || byteCount + new.byteCount > Self.maximumBytes,
            let oldest = kept.min(by: { $0.value.asked < $1.value.asked })
        {
            drop(oldest.key)
        }
        kept[key] = new
        byteCount += new.byteCount
    }

    /// The values for a call that could not ask.
    func usable(for request: SecretRequest, at now: Duration) -> ResolvedSecret? {
        guard request.maxStale > .zero, let kept = kept[request.key] else { return nil }
        let age = now - kept.asked
        guard age <= min(request.maxStale, kept.limit) else { return nil }
        return ResolvedSecret(request, version: kept.version, values: kept.values, token: nil, stale: age)
    }

    /// What was refused is not used any more; of a vault that is closed, nothing is.
    mutating func failed(_ request: SecretRequest, _ error: WarderClientError) {
        if error.isOfClosedVault { clear() } else if error.isRefusal { forget(request.key) }
    }

    /// What the vault has told of changes. Whatever it says of a secret ends what is kept of it: the version may be the
    /// same, and what the tool may have another.
    mutating func heard(_ changes: [SecretChange]) {
        begin()
        for change in changes {
            // What values are kept for.
            if change == .outOfTouch { continue }
            words += 1
            for key in kept.keys where change.concerns(key.name.text) { drop(key) }
        }
    }

    /// A question for changes has brought no answer. Where the vault refused it, nothing is kept until it answers one: a
    /// server that it has blocked must not go on with what it has. An older vault, which tells no changes, has no such
    /// route: it is left alone.
    mutating func unheard(_ error: WarderClientError) {
        if error.code == .notFound { return begin() }
        guard error.isOfClosedVault || error.code == .unknown || error.isRefusal else { return }
        clear()
        isTold = false
    }

    /// Forgets one value, such as one that its upstream did not accept.
    mutating func forget(_ key: Key) {
        words += 1
        drop(key)
    }

    /// Forgets all of them.
    mutating func clear() {
        words += 1
        kept = [:]
        byteCount = 0
    }

    /// Forgets all of them, and keeps none any more.
    mutating func end() {
        isOver = true
        clear()
    }

    /// From now on the vault tells. What was asked for before, and changed before it did, nobody would tell of.
    private mutating func begin() {
        if !isTold { words += 1 }
        isTold = true
    }

    private mutating func drop(_ key: Key) {
        if let old = kept.removeValue(forKey: key) { byteCount -= old.byteCount }
    }
}

extension WarderClientError {
    /// Whether nobody could be asked. A vault that answers otherwise has said no, or has a reason to release nothing.
    var isOutage: Bool { [.unreachable, .timedOut, .unavailable].contains(code) }

    /// Whether a report that met it may be taken later: the vault is away, closed, or has no room for it now.
    var leavesReports: Bool { isRetryable || isOfClosedVault }

    /// Whether the vault is there and keeps everything back: what was kept from it goes.
    fileprivate var isOfClosedVault: Bool { [.sealed, .notInitialised, .restoredVault].contains(code) }
}
