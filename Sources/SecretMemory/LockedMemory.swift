/// The process's one arena of secret memory: its policy and how full it is.
///
/// `sodium_malloc` ignores a failed `mlock` and needs four mappings for every allocation, so a daemon that calls it
/// once for each secret silently leaves most of them swappable and then runs out of mappings. The arena asks for a few
/// large regions instead, locks each one explicitly, looks at the result, and cuts them into slots.
package enum LockedMemory {
    /// What happens when the kernel will not lock more memory.
    package enum Policy: Sendable, Hashable {
        /// Allocation throws ``SecretMemoryError/notLocked(limitBytes:)``.
        case required
        /// Allocation goes on; ``LockedMemoryStatus/unlockedBytes`` counts what may be swapped out.
        case bestEffort
    }

    /// Default for all secrets of a process together, in bytes (64 MiB).
    package static let defaultMaximumBytes = 64 << 20

    static let arena = SecretArena(policy: .bestEffort, maximumBytes: defaultMaximumBytes)

    /// Sets the policy, and the limit in bytes for all secrets together; meant to be called once, at the start.
    ///
    /// Memory that was taken before is locked again where it was not. The policy holds even when this throws: with
    /// `.required`, nothing is allocated for as long as any region is not locked.
    ///
    /// - Throws: ``SecretMemoryError/notLocked(limitBytes:)`` with `.required`, when memory already in use cannot be
    ///   locked.
    package static func configure(
        policy: Policy,
        maximumBytes: Int = defaultMaximumBytes
    ) throws(SecretMemoryError) {
        try arena.configure(policy: policy, maximumBytes: maximumBytes)
    }

    /// How much there is and how much of it is locked, at this moment.
    package static var status: LockedMemoryStatus { arena.status }
}

/// The state of the secret memory, in bytes.
package struct LockedMemoryStatus: Sendable, Hashable {
    /// What happens when memory cannot be locked.
    package let policy: LockedMemory.Policy
    /// Held and locked: cannot reach the swap.
    package let lockedBytes: Int
    /// Held and not locked: more than zero is worth a warning.
    package let unlockedBytes: Int
    /// Part of the two that secrets occupy now, rounded up to slots.
    package let inUseBytes: Int
    /// The configured limit for the sum of locked and unlocked.
    package let maximumBytes: Int
    /// The soft `RLIMIT_MEMLOCK` of the process; `nil` when there is none. The kernel does not apply it to root.
    package let lockLimitBytes: Int?
}
