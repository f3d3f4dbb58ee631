import CWarderSodium
import Locking

/// A slot of secret memory. Whoever got it from the arena owns it until they give it back.
@safe
struct SecretBlock: @unchecked Sendable {
    // Unchecked, because a raw pointer is not Sendable: a block has one owner at a time.
    let address: UnsafeMutableRawPointer
    /// Usable bytes, at least as many as were asked for.
    let capacity: Int
    fileprivate(set) var home: Home

    /// Where in the arena it lies.
    enum Home: Hashable, Sendable {
        case slab(Int)
        case region(Int)
    }

    init(address: UnsafeMutableRawPointer, capacity: Int, home: Home) {
        unsafe self.address = address
        self.capacity = capacity
        self.home = home
    }
}

/// An allocator for secrets over few, large, locked regions; safe to use from any thread.
///
/// Every block it hands out is zero, because blocks are wiped when they come back.
final class SecretArena: Sendable {
    private let state: Locked<ArenaState>

    /// An arena without any memory yet; `locker` is `mlock`, unless a test wants it to fail.
    init(policy: LockedMemory.Policy, maximumBytes: Int, locker: MemoryLocker = .kernel) {
        state = Locked(ArenaState(policy: policy, maximumBytes: maximumBytes, locker: locker))
    }

    /// A zeroed block of at least `byteCount` bytes, aligned to 32.
    func allocate(byteCount: Int) throws(SecretMemoryError) -> SecretBlock {
        try state.withLock { state throws(SecretMemoryError) in
            try state.allocate(byteCount: byteCount)
        }
    }

    /// Wipes `block` and takes it back; the caller must not use it again.
    func release(_ block: SecretBlock) {
        // Before the lock: a block that is not yet given back has no other user, and 64 KiB take longer than the
        // bookkeeping.
        unsafe sodium_memzero(block.address, block.capacity)
        state.withLock { $0.release(block) }
    }

    func configure(policy: LockedMemory.Policy, maximumBytes: Int) throws(SecretMemoryError) {
        try state.withLock { state throws(SecretMemoryError) in
            try state.configure(policy: policy, maximumBytes: maximumBytes)
        }
    }

    var status: LockedMemoryStatus { state.withLock { $0.status } }
}
