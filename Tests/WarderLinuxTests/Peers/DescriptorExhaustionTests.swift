import Foundation
import Glibc
import Testing
import WarderLinux
import WarderModel

@Suite("Running out of descriptors")
struct DescriptorExhaustionTests {
    @Test("without descriptors a peer is refused with an error of its own, nothing leaks, and the next one is attested")
    func exhaustion() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let meeting = try Meeting()
            let attestor = Attestor(options: AttestationOptions())
            // Everything that is opened once has been opened now.
            _ = try attestor.open(socket: meeting.connection.descriptor).attest(needs: [.executablePath])
            let before = openDescriptors()
            var limit = rlimit(rlim_cur: 256, rlim_max: 256)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            var filler: [Int32] = []
            while case let descriptor = dup(0), descriptor >= 0 { filler.append(descriptor) }
            for free in 0..<4 {
                let freed = filler.suffix(free)
                for descriptor in freed { close(descriptor) }
                #expect(throws: AttestationError.outOfDescriptors, "\(free) left") {
                    try attestor.open(socket: meeting.connection.descriptor)
                }
                for _ in freed { _ = dup(0) }
            }
            for descriptor in filler { close(descriptor) }
            #expect(openDescriptors() == before)
            #expect(try attestor.open(socket: meeting.connection.descriptor).attest(needs: []).uid == 0)
        }
    }

    @Test("a peer costs three descriptors, and gives them back")
    func cost() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let meeting = try Meeting()
            let before = openDescriptors()
            do {
                let peer = try Attestor(options: AttestationOptions()).open(socket: meeting.connection.descriptor)
                #expect(openDescriptors() == before + 3)
                _ = try peer.attest(needs: [.executablePath])
                #expect(openDescriptors() == before + 3)
            }
            #expect(openDescriptors() == before)
        }
    }

    @Test("no descriptor of a peer is passed on to programs that are executed")
    func closeOnExec() throws {
        let meeting = try Meeting()
        _ = try meeting.peer.attest(needs: [.executablePath])
        let links = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init)
        for descriptor in links {
            let target =
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")) ?? ""
            guard target.contains("/proc/\(meeting.process.pid)") || target.contains("pidfd") else { continue }
            let flags = fcntl(descriptor, F_GETFD)
            // Another test may have closed its own in the meantime.
            #expect(flags < 0 || flags & FD_CLOEXEC != 0, "\(target)")
        }
    }
}

/// Number of open descriptors of this process, the one for counting left out.
private func openDescriptors() -> Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0) - 1
}
