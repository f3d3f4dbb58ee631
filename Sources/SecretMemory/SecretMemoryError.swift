/// Why secret memory could not be had. No case says anything about the contents of a secret.
public enum SecretMemoryError: Error, Hashable, Sendable {
    /// The policy demands locked memory and the kernel would not lock more; `limitBytes` is the soft `RLIMIT_MEMLOCK`,
    /// `nil` when there is no limit (then a filter or a missing privilege is the cause).
    case notLocked(limitBytes: Int?)
    /// All secrets together would need more than the configured number of bytes.
    case limitReached(maximumBytes: Int)
    /// The kernel gave no memory at all.
    case outOfMemory(requestedBytes: Int)
    /// A negative count, or a range that reaches outside of the secret.
    case outOfBounds
}
