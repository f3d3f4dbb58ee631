import Locking
import WarderModel

/// What each server has left of its limits, and how many of its requests were refused without an entry of their own.
///
/// In memory alone, and not part of the state: what was taken stays taken when the request is refused for another
/// reason, or its commit fails. Every server has its own share, so that none can use up another's. There are only
/// entries of registered servers.
package final class RateLedger: Sendable {
    /// Limits of a vault in which nobody set any.
    package struct Usual: Sendable {
        let perMinute: @Sendable (Tool.Risk) -> UInt32?

        /// Those of every real vault.
        package static let product = Usual { RateLimit.usual($0) }
        /// None: for what is measured or tested, where a thousand requests come in a moment that stands still.
        package static let none = Usual { _ in nil }
    }

    /// Whose share it is.
    struct Key: Hashable, Sendable {
        let server: ServerName
        let risk: Tool.Risk
    }

    enum Verdict: Equatable {
        case go
        /// `isCounted`: without an event of its own, because there was one less than a minute ago.
        case refuse(isCounted: Bool)
    }

    private struct Share {
        var bucket: TokenBucket
        /// When a refusal was written down last, in milliseconds since boot.
        var written: Int64?
        var counted: UInt64 = 0
    }

    /// Between two refusals that have events of their own, in milliseconds.
    private static let quiet: Int64 = 60_000

    let usual: Usual
    private let shares = Locked<[Key: Share]>([:])

    package init(usual: Usual = .product) { self.usual = usual }

    /// One request's share of a limit.
    func take(_ key: Key, perMinute: UInt32?, at uptime: Int64) -> Verdict {
        guard let perMinute else { return .go }
        return shares.withLock { shares in
            var share = shares[key] ?? Share(bucket: TokenBucket(perMinute: perMinute, at: uptime))
            defer { shares[key] = share }
            if share.bucket.take(perMinute: perMinute, at: uptime) { return .go }
            if let written = share.written, (0..<Self.quiet).contains(uptime - written) {
                share.counted &+= 1
                return .refuse(isCounted: true)
            }
            share.written = uptime
            return .refuse(isCounted: false)
        }
    }

    func wait(_ key: Key, perMinute: UInt32?, at uptime: Int64) -> Int64 {
        guard let perMinute else { return 0 }
        return shares.withLock { $0[key]?.bucket.wait(perMinute: perMinute, at: uptime) ?? 0 }
    }

    /// What was only counted since the last call. The caller keeps the counts.
    func takeCounted() -> [(key: Key, requests: UInt64)] {
        shares.withLock { shares in
            let counted = shares.filter { $0.value.counted > 0 }
            for key in counted.keys { shares[key]?.counted = 0 }
            return counted.map { ($0.key, $0.value.counted) }
        }
    }

    /// What could not be written down counts on.
    func putBack(_ key: Key, _ requests: UInt64) {
        shares.withLock { $0[key]?.counted &+= requests }
    }

    /// Forgets servers that are not there any more, and have nothing left to be written down.
    func keep(_ isThere: (ServerName) -> Bool) {
        shares.withLock { shares in shares = shares.filter { $0.value.counted > 0 || isThere($0.key.server) } }
    }
}
