import CWarderSodium
import Glibc

/// A few pages between two guard pages, locked if the kernel agrees, left out of core files, and empty in forked
/// children.
@safe
struct MemoryRegion {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    private(set) var isLocked: Bool

    /// Takes at least `byteCount` bytes from the kernel, zeroed; `nil` when there are none.
    init?(byteCount: Int, locker: MemoryLocker) {
        Sodium.start()
        // Whole pages: libsodium then keeps its canary on a page of its own, which must survive a fork (see below).
        let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (padded, overflow) = byteCount.addingReportingOverflow(pageSize - 1)
        guard !overflow else { return nil }
        let size = max(padded / pageSize, 1) * pageSize
        guard let base = unsafe sodium_malloc(size) else { return nil }
        unsafe self.base = unsafe base
        self.byteCount = size
        // sodium_malloc has tried to lock already, but does not say whether it could.
        isLocked = unsafe locker.lock(base, size)
        // libsodium fills with 0xdb; the arena promises zeros.
        unsafe sodium_memzero(base, size)
        // Clients may fork. MADV_DONTFORK would make a child crash when it touches or frees a secret that it inherited;
        // wiping gives it zeros, and the parent's secrets do not spread. Best effort: since Linux 4.14.
        _ = unsafe madvise(base, size, MADV_WIPEONFORK)
    }

    /// Tries again to lock a region that is not locked.
    mutating func relock(with locker: MemoryLocker) {
        guard !isLocked else { return }
        isLocked = unsafe locker.lock(base, byteCount)
    }

    /// Wipes the region and gives it back to the kernel; ends the process if something wrote past the guard's canary.
    func free() {
        unsafe sodium_free(base)
    }

    /// The soft `RLIMIT_MEMLOCK` in bytes, `nil` when unlimited.
    static var lockLimitBytes: Int? {
        var limit = rlimit()
        guard unsafe getrlimit(Int32(bitPattern: __RLIMIT_MEMLOCK.rawValue), &limit) == 0 else { return nil }
        return Int(exactly: limit.rlim_cur)
    }
}

/// How pages get locked: the kernel's way, or a test's.
@safe
struct MemoryLocker: Sendable {
    /// Locks pages into memory; whether it did.
    let lock: @Sendable (UnsafeMutableRawPointer, _ byteCount: Int) -> Bool

    /// `mlock`, and `MADV_DONTDUMP` whether it succeeds or not.
    static let kernel = unsafe MemoryLocker { base, byteCount in unsafe sodium_mlock(base, byteCount) == 0 }
}
