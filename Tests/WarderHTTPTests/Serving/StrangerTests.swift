import Dispatch
import Glibc
import Locking
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore
@testable import WarderHTTP

/// What a process that no server could ever match costs the others.
@Suite struct StrangerTests {
    @Test("whom no server could match is hung up on at once when strangers have had their share, and counted")
    func certain() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await kit.mustAddServer("other", Selectors(uid: geteuid() + 1))
        try await TestServer.with(kit) { server in
            var ended = 0
            for _ in 0..<300 where try server.connect(.client).hasEndedSoon() { ended += 1 }
            #expect(ended > 100, "a hundred at once, fifty a second, and eight at a time")
            #expect(server.turnedAway().reduce(0) { $0 + $1.requests } >= UInt64(ended))
            #expect(try server.connect(.operator).ask("GET", "/v1/sys/status").status == 200)
            try await server.mustBeNotes()
            let known = try server.connect(.client)
            #expect(try known.ask("GET", "/v1/health").status == 200, "whoever is registered is a stranger no more")
        }
    }

    @Test("who is a stranger follows the registry, and nobody is one to a vault that is not open")
    func registry() async throws {
        let kit = try await TestVault(uid: 1000)
        let control = AcceptControl(kit.vault, perSecond: 10, burst: 10)
        func isStranger(_ uid: UInt32) -> Bool { control.isStranger(uid) }
        #expect(isStranger(5))
        try await kit.mustAddServer("notes", Selectors(uid: 5))
        #expect(!isStranger(5) && isStranger(6))
        try await kit.mustAddServer("mail", Selectors(gid: 7))
        #expect(!isStranger(6), "a gid says nothing about the user")
        try await kit.seal()
        #expect(!isStranger(5) && !isStranger(6))
    }

    @Test("strangers, and users of servers, have so many connections a second, each user for itself")
    func accepts() async throws {
        let control = AcceptControl(try await TestVault(uid: 1000).vault, perSecond: 10, burst: 20)
        let start = ContinuousClock.now
        func taken(_ uid: UInt32, isStranger: Bool, at now: ContinuousClock.Instant) -> Int {
            (0..<500).count { _ in control.take(uid, isStranger: isStranger, at: now) }
        }
        #expect(taken(1, isStranger: false, at: start) == 20)
        #expect(taken(2, isStranger: false, at: start) == 20)
        #expect(taken(1, isStranger: true, at: start) == 100)
        #expect(taken(1, isStranger: true, at: start + .seconds(1)) == 50)
        #expect(taken(1, isStranger: false, at: start + .seconds(1)) == 10)
    }

    @Test("whom only its executable could make known has the share of strangers until that was read")
    func executables() async throws {
        var limits = ServerLimits.unhurried
        limits.unknownConnections = 2
        let kit = try await TestVault(uid: geteuid())
        try await kit.mustHoldServer("old", Selectors(executableSHA256: String(repeating: "ab", count: 32)))
        var digest = ""
        try await TestServer.with(kit, limits: limits) { server in
            let clients = try (0..<8).map { _ in try server.connect(.client) }
            var served = 0
            for client in clients {
                guard let answer = try? client.ask("GET", "/v1/whoami") else { continue }
                served += 1
                digest = try #require(try Node(json: answer.body)["executable_sha256"]?.text)
            }
            #expect(served == 2)
        }
        try await kit.mustHoldServer("new", Selectors(executableSHA256: digest))
        // Another server has read nothing yet.
        try await TestServer.with(kit, limits: limits) { server in
            let first = try server.connect(.client)
            #expect(try first.ask("GET", "/v1/health").status == 200)
            let more = try (0..<6).map { _ in try server.connect(.client) }
            for client in more { #expect(try client.ask("GET", "/v1/health").status == 200) }
            #expect(try !first.hasEnded())
        }
    }

    @Test("executables are read one after the other, and the users in turn")
    func turns() async throws {
        let line = HashingLine()
        let (hold, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let order = Locked<[UInt32]>([])
        line.add(of: 0) { _ in hold.wait() }
        for uid: UInt32 in [1, 1, 1, 2, 3, 3] {
            line.add(of: uid) { isOpen in
                if isOpen { order.withLock { $0.append(uid) } }
                done.signal()
            }
        }
        hold.signal()
        await Task.detached { for _ in 0..<6 { done.wait() } }.value
        #expect(order.withLock { $0 } == [1, 2, 3, 1, 3, 1])
        await line.stop()
    }

    @Test("a line that is closed calls everybody who waits, and reads nothing")
    func closed() async {
        let line = HashingLine()
        let (hold, begun) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let (opened, refused) = (Locked(0), Locked(0))
        for uid: UInt32 in 0..<5 {
            line.add(of: uid) { isOpen in
                (isOpen ? opened : refused).withLock { $0 += 1 }
                begun.signal()
                if isOpen { hold.wait() }
            }
        }
        await Task.detached { begun.wait() }.value
        let stopping = Task { await line.stop() }
        hold.signal()
        for _ in 0..<4 { hold.signal() }
        await stopping.value
        line.add(of: 9) { _ in refused.withLock { $0 += 1 } }
        #expect(opened.withLock { $0 } + refused.withLock { $0 } >= 5)
    }
}

extension RawClient {
    /// Whether the server hangs up instead of answering.
    func hasEndedSoon() throws -> Bool {
        guard (try? send(Self.request("GET", "/v1/whoami"))) != nil else { return true }
        return (try? receive()) == nil
    }
}

extension TestVault {
    /// A server as earlier releases stored them, whatever its selectors.
    fileprivate func mustHoldServer(_ name: String, _ selectors: Selectors) async throws {
        let name = try ServerName(name)
        try await vault.perform(
            Command<Void>(.serverAdd, by: admin) { transaction, event throws(Refusal) in
                let server = Server(
                    id: transaction.keys.newRecordID(),
                    name: name,
                    owner: nil,
                    selectors: selectors,
                    created: transaction.now.wall
                )
                try transaction.put(server, &event)
            }
        )
    }
}
