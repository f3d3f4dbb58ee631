import Glibc
import Synchronization
import Testing

@testable import SecretMemory

@Suite struct LockingTests {
    @Test func `required memory that cannot be locked is refused and nothing is kept`() {
        let arena = SecretArena(policy: .required, maximumBytes: 1 << 20, locker: .never)
        for byteCount in [1, 1000, 100_000] {
            #expect(throws: SecretMemoryError.notLocked(limitBytes: MemoryRegion.lockLimitBytes)) {
                try arena.allocate(byteCount: byteCount)
            }
        }
        #expect(arena.status.heldBytes == 0)
    }

    @Test func `best effort goes on and counts what is not locked`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 1 << 20, locker: .never)
        let small = try arena.allocate(byteCount: 32)
        let large = try arena.allocate(byteCount: 100_000)
        #expect(arena.status.lockedBytes == 0)
        #expect(arena.status.unlockedBytes >= (256 << 10) + 100_000)
        arena.release(small)
        arena.release(large)
        #expect(arena.status.unlockedBytes == 256 << 10)
    }

    @Test func `becoming strict locks what was not locked`() throws {
        let mayLock = Flag()
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 1 << 20, locker: .when(mayLock))
        let block = try arena.allocate(byteCount: 32)
        #expect(arena.status.unlockedBytes > 0)
        mayLock.raise()
        try arena.configure(policy: .required, maximumBytes: 1 << 20)
        #expect(arena.status.unlockedBytes == 0)
        #expect(arena.status.lockedBytes == 256 << 10)
        arena.release(try arena.allocate(byteCount: 32))
        arena.release(block)
    }

    @Test func `becoming strict over memory that cannot be locked stops all allocation until it can`() throws {
        let mayLock = Flag()
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 1 << 20, locker: .when(mayLock))
        let block = try arena.allocate(byteCount: 32)
        let refusal = SecretMemoryError.notLocked(limitBytes: MemoryRegion.lockLimitBytes)
        #expect(throws: refusal) { try arena.configure(policy: .required, maximumBytes: 1 << 20) }
        // There is room in the region that is there, but it is not locked.
        #expect(throws: refusal) { try arena.allocate(byteCount: 32) }
        mayLock.raise()
        try arena.configure(policy: .required, maximumBytes: 1 << 20)
        arena.release(try arena.allocate(byteCount: 32))
        arena.release(block)
    }

    @Test func `the kernel has locked the pages, leaves them out of core files and empties them on fork`() throws {
        let secret = try SecretBytes.random(count: 100)
        let address = unsafe secret.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        let flags = try #require(mappingFlags(at: address))
        // lo: locked, dd: not in core files, wf: wiped on fork (proc_pid_smaps(5)).
        #expect(flags.contains("dd"))
        #expect(flags.contains("wf"))
        #expect(flags.contains("lo") || LockedMemory.status.unlockedBytes > 0)
        #expect(!flags.contains("ex"))
    }

    @Test func `past the end of a region lies a page that cannot be touched`() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let region = try #require(MemoryRegion(byteCount: 4096, locker: .kernel))
            unsafe region.base.storeBytes(of: 1, toByteOffset: region.byteCount, as: UInt8.self)
        }
    }

    @Test func `under a low RLIMIT_MEMLOCK a required arena refuses and says the limit`() async {
        await #expect(processExitsWith: .success) {
            try lowerLockLimit(to: 65_536)
            try LockedMemory.configure(policy: .required)
            #expect(throws: SecretMemoryError.notLocked(limitBytes: 65_536)) { try SecretBytes.random(count: 32) }
            #expect(LockedMemory.status.lockLimitBytes == 65_536)
            #expect(LockedMemory.status.lockedBytes == 0)
        }
    }

    @Test func `under a low RLIMIT_MEMLOCK best effort counts what is not locked`() async {
        await #expect(processExitsWith: .success) {
            try lowerLockLimit(to: 65_536)
            let secret = try SecretBytes.random(count: 32)
            #expect(LockedMemory.status.unlockedBytes == 256 << 10)
            #expect(throws: SecretMemoryError.notLocked(limitBytes: 65_536)) {
                try LockedMemory.configure(policy: .required)
            }
            #expect(secret.count == 32)
        }
    }

    @Test func `within RLIMIT_MEMLOCK a required arena works`() async {
        await #expect(processExitsWith: .success) {
            try lowerLockLimit(to: 1 << 20)
            try LockedMemory.configure(policy: .required)
            let secret = try SecretBytes.random(count: 32)
            #expect(LockedMemory.status.unlockedBytes == 0)
            #expect(LockedMemory.status.lockedBytes == 256 << 10)
            #expect(secret.count == 32)
        }
    }
}

/// Lowers the limit of this process (a test's child, always) and gives up what would lift it.
private func lowerLockLimit(to byteCount: rlim_t) throws {
    var limit = rlimit(rlim_cur: byteCount, rlim_max: byteCount)
    let status = unsafe setrlimit(Int32(bitPattern: __RLIMIT_MEMLOCK.rawValue), &limit)
    try #require(status == 0)
    // CAP_IPC_LOCK ignores the limit; a change of uid away from root drops it.
    if geteuid() == 0 { try #require(setuid(65_534) == 0) }
}

/// The `VmFlags` of the mapping that holds `address`.
private func mappingFlags(at address: UInt) -> [Substring]? {
    guard let file = unsafe fopen("/proc/self/smaps", "r") else { return nil }
    defer { unsafe fclose(file) }
    var isWithin = false
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { unsafe free(line) }
    while unsafe getline(&line, &capacity, file) > 0 {
        guard let line = unsafe line else { return nil }
        let text = unsafe String(cString: line)
        let bounds = text.prefix { $0 != " " }.split(separator: "-").map { UInt($0, radix: 16) }
        if bounds.count == 2, let low = bounds[0], let high = bounds[1] {
            isWithin = (low..<high).contains(address)
        } else if isWithin, text.hasPrefix("VmFlags:") {
            return text.split { $0.isWhitespace }.dropFirst().map { $0 }
        }
    }
    return nil
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .sequentiallyConsistent) }
    func raise() { value.store(true, ordering: .sequentiallyConsistent) }
}

extension MemoryLocker {
    fileprivate static let never = unsafe MemoryLocker { _, _ in false }
    fileprivate static func when(_ flag: Flag) -> MemoryLocker { unsafe MemoryLocker { _, _ in flag.isRaised } }
}
