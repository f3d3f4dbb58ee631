import Foundation
import Locking
import Testing

@testable import WarderClient

/// A stub vault in a directory of its own, and a client for it; both end with the test.
struct TestVault: Sendable {
    let rules: ScriptedVault
    let stub: StubVault
    let client: WarderClient
    let configuration: WarderClientConfiguration

    static func with(
        configure: (inout WarderClientConfiguration) -> Void = { _ in },
        _ body: (TestVault) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let rules = ScriptedVault()
            let stub = try await StubVault.start(at: directory + "/client.sock") { rules.answer($0) }
            var configuration = WarderClientConfiguration(socketPath: stub.path)
            // The stub shares its threads with whatever else is tested at the time.
            configuration.timeout = .seconds(120)
            configure(&configuration)
            let client = try WarderClient(configuration)
            let vault = TestVault(rules: rules, stub: stub, client: client, configuration: configuration)
            do {
                try await body(vault)
            } catch {
                await client.close()
                try await stub.stop()
                throw error
            }
            await client.close()
            try await stub.stop()
        }
    }

    /// Resolves `github/pat` for `github/create_issue`.
    func resolve(maxStale: Duration = .zero) async throws(WarderClientError) -> ResolvedSecret {
        try await client.resolve("github/pat", for: "github/create_issue", maxStale: maxStale)
    }

    /// Resolves it and compares.
    func expectValue(_ value: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let text = try await resolve().unprotectedText()
        #expect(text == value, sourceLocation: sourceLocation)
    }

    /// How many requests for values there were.
    var reads: Int { stub.count("GET /v1/secrets/") }
}

/// Runs `body` with a fresh directory and removes it afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "warder-client-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.path(percentEncoded: false))
}

/// The error that `body` throws; a failure of the test if there is none.
func clientError(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws -> WarderClientError {
    let error = await #expect(throws: WarderClientError.self, sourceLocation: sourceLocation) { try await body() }
    return try #require(error, sourceLocation: sourceLocation)
}

/// A clock that stands until it is moved.
final class ManualClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let offset = Locked(Duration.zero)

    var now: Instant { Instant(offset: offset.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func advance(by duration: Duration) { offset.withLock { $0 += duration } }

    /// Nothing here sleeps by this clock.
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        throw CancellationError()
    }
}
