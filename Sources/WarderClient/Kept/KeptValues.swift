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
    /// Whether the vault has refused to say what changes: nobody would tell when a value has to go.
    private var isUntold = false

    var isEmpty: Bool { kept.isEmpty }
    var count: Int { kept.count }

    /// Keeps values in place of those before; those that were asked for longest ago make room.
    mutating func keep(_ secret: ResolvedSecret, asked: Duration) {
        let key = secret.request.key
        if let before = kept[key], before.asked > asked { return }
        forget(key)
        let new = Kept(version: secret.version, values: secret.values, asked: asked, limit: secret.limit)
        guard !isUntold, new.limit > .zero, new.byteCount <= Self.maximumBytes else { return }
        while kept.count >= Self.maximumValues || byteCount + new.byteCount > Self.maximumBytes,
            let oldest = kept.min(by: { $0.value.asked < $1.value.asked })
        {
            forget(oldest.key)
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
        isUntold = false
        for change in changes {
            // What values are kept for.
            if change == .outOfTouch { continue }
            for key in kept.keys where change.concerns(key.name.text) { forget(key) }
        }
    }

    /// A question for changes has brought no answer. Where the vault refused it, nothing is kept until it answers one: a
    /// server that it has blocked must not go on with what it has. An older vault, which tells no changes, has no such
    /// route.
    mutating func unheard(_ error: WarderClientError) {
        guard error.isOfClosedVault || error.code == .unknown || error.isRefusal && error.code != .notFound else {
            return
        }
        clear()
        isUntold = true
    }

    /// Forgets one value, such as one that its upstream did not accept.
    mutating func forget(_ key: Key) {
        if let old = kept.removeValue(forKey: key) { byteCount -= old.byteCount }
    }

    /// Forgets all of them.
    mutating func clear() {
        kept = [:]
        byteCount = 0
    }
}

extension WarderClientError {
    /// Whether nobody could be asked. A vault that answers otherwise has said no, or has a reason to release nothing.
    var isOutage: Bool { [.unreachable, .timedOut, .unavailable].contains(code) }

    /// Whether the vault is there and keeps everything back: what was kept from it goes.
    fileprivate var isOfClosedVault: Bool { [.sealed, .notInitialised, .restoredVault].contains(code) }
}
