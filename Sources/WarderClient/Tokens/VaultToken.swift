import SecretMemory

/// A token as the client holds it.
///
/// The text lies in memory that a forked child finds wiped: a child must not present its parent's token, and the vault
/// would not take it.
final class VaultToken: Sendable {
    /// The bearer text.
    let text: SecretBytes
    /// When a replacement is requested in the background, on the client's clock.
    let renewAt: Duration
    /// When calls wait for the replacement.
    let refreshAt: Duration
    /// Whether it was asked for on behalf of one call, and ends with it.
    let isForOneCall: Bool

    /// A life counts from when the request left, so that the time on the way shortens it instead of lengthening it.
    /// `jitter`, 0 ..< 1, moves the renewal within 45 % to 55 % of the life.
    init(text: SecretBytes, requested: Duration, life: Duration, jitter: Double, isForOneCall: Bool) {
        self.text = text
        self.isForOneCall = isForOneCall
        renewAt = requested + life * (0.45 + 0.1 * jitter)
        refreshAt = requested + life * 0.8
    }
}
