import Glibc
import Locking
import SecretMemory
import Testing

@testable import WarderClient

@Suite("Fork")
struct ForkTests {
    @Test("another process gets tokens and connections of its own")
    func ownSession() async throws {
        let process = Locked<Int32>(1)
        let processID: @Sendable () -> Int32 = { process.withLock { $0 } }
        try await TestVault.with {
            $0.processID = processID
        } _: { vault in
            _ = try await vault.resolve()
            process.withLock { $0 = 2 }
            _ = try await vault.resolve()
            _ = try await vault.resolve()
            #expect(vault.rules.issued == 2)
            let reads = vault.stub.requests.filter { $0.line.hasPrefix("GET") }
            #expect(Set(reads.compactMap(\.token)).count == 2)
            #expect(reads.map(\.connection) == [1, 2, 3])
        }
    }

    @Test("a forked child finds neither token nor value in its memory")
    func memoryIsWiped() async throws {
        try await TestVault.with { vault in
            let secret = try await vault.resolve()
            #expect(!Self.isZero(secret))
            let child = try Self.fork()
            // The child may do next to nothing: it looks at the bytes and goes.
            if child == 0 { _exit(Self.isZero(secret) ? 0 : 1) }
            var status: Int32 = 0
            let waited = unsafe waitpid(child, &status, 0)
            #expect(waited == child)
            #expect(status == 0)
            #expect(secret.unprotectedText() == "s3cret")
        }
    }

    @Test("a connection is closed where another program is started")
    func closedOnExec() async throws {
        try await TestVault.with { vault in
            let descriptor = try VaultSocket.connect(to: vault.stub.path)
            defer { close(descriptor) }
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    private static func isZero(_ secret: ResolvedSecret) -> Bool {
        [secret.value, secret.tokenText].compactMap(\.self).allSatisfy { bytes in
            unsafe bytes.withUnsafeBytes { unsafe $0.allSatisfy { $0 == 0 } }
        }
    }

    /// fork(2), which Swift does not offer, because next to nothing may be done after it.
    private static func fork() throws -> pid_t {
        let symbol = try unsafe #require(unsafe dlsym(nil, "fork"))
        return unsafe unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)()
    }
}
