import Foundation
import Testing
import WarderCore
import WarderStoreSQLite

@Suite("A disk that is full")
struct DiskFullTests {
    @Test(
        "commits are unavailable until there is room again; readers and the store itself live on",
        .enabled(if: geteuid() == 0, "mounting a small file system takes root")
    )
    func full() throws {
        let disk = try SmallDisk(bytes: 2 << 20)
        var samples = Samples()
        let store = try SQLiteStore(path: disk.directory + "/vault.db")
        var last: UInt64 = 0
        var refusal: StoreError?
        while refusal == nil {
            let events = samples.events(last + 1...last + 20)
            do {
                try store.commit { $0.events = events }
                last += 20
            } catch { refusal = error }
            #expect(last < 10_000)
        }
        #expect(refusal?.isUnavailable == true)
        #expect(last > 200)
        // The failure is no accident: it repeats.
        let events = samples.events(last + 1...last + 20)
        for _ in 0..<3 { #expect(failure { try store.commit { $0.events = events } }?.isUnavailable == true) }
        #expect(try store.lastSequence() == last)
        #expect(try store.allEvents().count == Int(last))
        try disk.grow(to: 8 << 20)
        try store.commit { $0.events = events }
        #expect(try store.lastSequence() == last + 20)
        store.close()
        let again = try SQLiteStore(path: disk.directory + "/vault.db")
        #expect(try again.allEvents().count == Int(last) + 20)
        again.close()
    }
}

/// A file system in memory, of a size.
private final class SmallDisk {
    private let scratch: Scratch
    var directory: String { scratch.directory }

    struct Refused: Error { let code: Int32 }

    init(bytes: Int) throws {
        scratch = try Scratch()
        try mount(bytes, MS_NOSUID)
    }

    deinit { _ = unsafe umount2(directory, Int32(MNT_DETACH)) }

    func grow(to bytes: Int) throws { try mount(bytes, MS_REMOUNT) }

    private func mount(_ bytes: Int, _ flags: Int) throws {
        guard unsafe Glibc.mount("tmpfs", directory, "tmpfs", UInt(flags), "size=\(bytes),mode=0700") == 0 else {
            throw Refused(code: errno)
        }
    }
}
