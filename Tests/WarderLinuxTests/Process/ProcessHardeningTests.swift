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

    @Test(
        "a confined process executes nothing and reaches nobody on any thread, and still serves and sends to Unix sockets"
    )
    func confinement() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            _ = try ProcessHardening.apply()
            let child = try PeerProcess()
            let listener = try Listener()
            let path = listener.path
            let journal = listener.directory.path("journal")
            let receiver = try PeerListener.datagram(journal)
            try ProcessHardening.confine()
            // As in a container, where a filter is in force already: another one is put above it.
            try ProcessHardening.confine()
            let elsewhere = Thread { reachOut(path) }
            elsewhere.start()
            reachOut(path)
            try JournalSocket(path: journal).send([(name: "MESSAGE", value: [65])])
            var room = [UInt8](repeating: 0, count: 64)
            #expect(unsafe recv(receiver, &room, room.count, 0) == 10)
            try child.tell("connect \(path)")
            let connection = try listener.accept()
            #expect(try Attestor(options: AttestationOptions()).open(socket: connection.descriptor).isAlive)
            while !elsewhere.isFinished { usleep(1000) }
            // What was started before goes on, and peers are still attested.
            #expect(try child.tell("dumpable") == ["1"])
            let ends = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            #expect(ends >= 0)
            close(ends)
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

/// Tries what a confined process must not be able to do.
///
/// `listener`: the path of somebody who listens.
private func reachOut(_ listener: String) {
    let (own, error) = PeerListener.connect(listener)
    #expect(error == EPERM)
    close(own)
    // Without the filter they would say that there is nothing of the kind, or do it.
    for (name, number) in calls {
        #expect(call(number, getpid()) == -1 && errno == EPERM, "\(name)")
    }
    for family in [AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, 40 /* AF_VSOCK */] {
        #expect(socket(family, Int32(SOCK_DGRAM.rawValue), 0) == -1 && errno == EPERM, "family \(family)")
    }
    var nothing: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
    let result = unsafe execve("/bin/true", &nothing, &nothing)
    #expect(result == -1 && errno == EPERM)
    #expect(throws: (any Error).self) { try Process.run(URL(filePath: "/bin/true"), arguments: []) }
}

#if arch(x86_64)
    private let calls = [("ptrace", 101), ("process_vm_readv", 310), ("process_vm_writev", 311), ("pidfd_getfd", 438)]
#else
    private let calls = [("ptrace", 117), ("process_vm_readv", 270), ("process_vm_writev", 271), ("pidfd_getfd", 438)]
#endif

/// A system call by its number, with one parameter and zeros; syscall(2) is variadic.
private func call(_ number: Int, _ process: pid_t) -> Int {
    typealias Function = @convention(c) (Int, Int, Int, Int, Int, Int, Int) -> Int
    guard let symbol = unsafe dlsym(nil, "syscall") else { return 0 }
    return unsafe unsafeBitCast(symbol, to: Function.self)(number, Int(process), 0, 0, 0, 0, 0)
}
