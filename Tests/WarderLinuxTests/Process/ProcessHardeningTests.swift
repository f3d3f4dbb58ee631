import Foundation
import Glibc
import Testing
import WarderLinux
import WarderModel

@Suite("Hardening of the process")
struct ProcessHardeningTests {
    @Test("after hardening there is no core file, no dump, no new privilege, and files are the owner's")
    func everything() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            umask(0)
            #expect(try ProcessHardening.apply().isEmpty)
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            #expect(threads.count > 1, "otherwise this does not show that every thread is reached")
            for thread in threads {
                let status = try String(contentsOfFile: "/proc/self/task/\(thread)/status", encoding: .utf8)
                #expect(status.contains("\nNoNewPrivs:\t1\n"))
                #expect(status.contains("\nUmask:\t0077\n"))
            }
            #expect(try String(contentsOfFile: "/proc/self/coredump_filter", encoding: .utf8) == "00000000\n")
            var limit = rlimit()
            #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0)
            #expect(limit.rlim_cur == 0 && limit.rlim_max == 0)
        }
    }

    @Test("a process of the same user cannot look into a hardened one")
    func sameUser() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let watcher = try PeerProcess()
            try watcher.tell("setuid 65534")
            try #require(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            // Changing the user takes dumpability as well; this is a process that began as this user.
            try #require(makeDumpable())
            // libc's setuid() leaves out the main thread, which Swift's runtime has retired: look at this one.
            let thread = "/proc/" + (try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))
            #expect(throws: Never.self) { try watcher.tell("show \(thread)/maps") }
            _ = try ProcessHardening.apply()
            #expect(throws: TestFailure.self) { try watcher.tell("show \(thread)/maps") }
            #expect(throws: TestFailure.self) { try watcher.tell("show \(thread)/environ") }
        }
    }

    @Test("a hardened process still attests its peers")
    func stillAttests() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            _ = try ProcessHardening.apply()
            let meeting = try Meeting()
            #expect(try meeting.peer.attest(needs: [.executablePath]).attestation == .pidfd)
        }
    }

    @Test("hardening a hardened process changes nothing")
    func twice() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            _ = try ProcessHardening.apply()
            #expect(try ProcessHardening.apply().isEmpty)
        }
    }

    @Test("dumpability comes back at exec, so that every program has to be hardened itself")
    func lostAtExec() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            _ = try ProcessHardening.apply()
            let child = try PeerProcess()
            #expect(try child.tell("dumpable") == ["1"])
        }
    }
}

/// What every program is when it starts; prctl(2) is variadic, which Swift cannot call by name.
private func makeDumpable() -> Bool {
    typealias Function = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    let setDumpable: Int32 = 4
    guard let symbol = unsafe dlsym(nil, "prctl") else { return false }
    return unsafe unsafeBitCast(symbol, to: Function.self)(setDumpable, 1, 0, 0, 0) == 0
}
