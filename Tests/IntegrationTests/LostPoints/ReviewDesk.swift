import Dispatch
import Foundation
import Glibc
import Locking
import Reviewing
import Testing
import WarderCore
import WarderTesting

/// A report as far as these tests read it.
struct ReadReport: Decodable {
    struct Points: Decodable {
        let earned: Double
        let lost: Double
    }

    struct Check: Decodable {
        let id: String
        let outcome: CheckResult.Outcome
        let evidence: String
        let lost: Double
    }

    struct Figures: Decodable {
        struct Fact: Decodable {
            struct Share: Decodable {
                let part: Int
                let whole: Int
            }

            let known: Share?
        }

        let lowered: Fact
    }

    let points: Points
    let figures: Figures
    let findings: [Finding]
    let checks: [Check]

    /// `id`: or how it begins.
    func finding(_ kind: FaultKind, _ id: String = "") -> Finding? {
        findings.first { $0.kind == kind && $0.id.hasPrefix(id) }
    }

    /// The one of exactly this id.
    func finding(_ kind: FaultKind, exactly id: String) -> Finding? {
        findings.first { $0.kind == kind && $0.id == id }
    }

    func check(_ id: String) -> Check? { checks.first { $0.id == id } }
}

/// A real vault on real sockets, with a clock that tests move, and a terminal at which `ada` types commands for it.
struct ReviewDesk {
    let server: TestServer
    /// Whether rotations go on: not before something is mended, so that what is due waits.
    private let isRotating = Locked(false)

    private init(_ server: TestServer, _ rotate: @escaping @Sendable () -> Void) {
        self.server = server
        server.kit.vault.rotationBell.listen { [isRotating] in
            if isRotating.withLock({ $0 }) { rotate() }
        }
    }

    var kit: TestVault { server.kit }
    /// Where commands are typed, and their files lie.
    var folder: String { kit.directory.path }

    /// A new vault.
    static func with(_ body: (ReviewDesk) async throws -> Void) async throws {
        let kit = try await TestVault(uid: geteuid(), limits: .product)
        let (calls, caller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        async let rotations: Void = rotate(kit.vault, calls)
        try await TestServer.with(kit) { try await body(ReviewDesk($0) { caller.yield() }) }
        kit.vault.rotationBell.listen(nil)
        caller.finish()
        await rotations
    }

    private static func rotate(_ vault: Vault, _ calls: AsyncStream<Void>) async {
        var keeper = RotationKeeper(vault, limit: 4)
        for await _ in calls { _ = await keeper.look { _, _ in } }
    }

    // MARK: Commands

    /// Runs a command line as a shell does, on a terminal at which `answers` are typed.
    ///
    /// `uid`: another user than this process's.
    func type(
        _ command: String,
        answers: [CommandRun.Answer] = [],
        by uid: UInt32? = nil
    ) async throws -> TerminalSession.Result {
        var session = TerminalSession(socket: server.operatorSocket)
        session.program = "/bin/sh"
        session.presence = TestVault.passphrase
        session.uid = uid
        session.environment = ["PATH": Programs.directory + ":/usr/bin:/bin"]
        return try await elsewhere { [session, folder] in
            try session.run(["-ec", "cd \(folder); \(command)"], answers: answers.map { ($0.question, $0.typed) })
        }
    }

    /// - Returns: what the terminal showed.
    @discardableResult
    func must(_ command: String, answers: [CommandRun.Answer] = [], by uid: UInt32? = nil) async throws -> String {
        let result = try await type(command, answers: answers, by: uid)
        #expect(result.status == 0, "\(command): \(result.screen)")
        return result.screen
    }

    /// What `warder report` says now.
    func report(_ options: [String] = []) async throws -> ReadReport {
        let environment = ["PATH": "/usr/bin:/bin", "WARDER_OPERATOR_SOCKET": server.operatorSocket]
        let result = try await elsewhere {
            try Program.run(
                Programs.path("warder"),
                ["report", "--format", "json"] + options,
                environment: environment
            )
        }
        try #require(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(ReadReport.self, from: Data(result.output.utf8))
    }

    /// Waiting for a program must not keep the vault from working, which runs in this process.
    private func elsewhere<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
        }
    }

    // MARK: Remedies

    /// Does what a finding says, word for word: what stands in capitals is filled in from `words`, in which `#` is the
    /// number of the command, and `answers` are typed at the commands that begin so.
    func mend(
        _ finding: Finding,
        words: [String: String] = [:],
        answers: [String: [CommandRun.Answer]] = [:],
        by uid: UInt32? = nil
    ) async throws {
        #expect(!finding.remedy.commands.isEmpty)
        isRotating.withLock { $0 = true }
        for (index, command) in finding.remedy.commands.enumerated() {
            let filled = try Self.filled(command, words, index)
            let own = answers.first { filled.hasPrefix($0.key) }?.value ?? []
            try await must(filled, answers: own, by: uid)
        }
    }

    static func filled(_ command: String, _ words: [String: String], _ index: Int = 0) throws -> String {
        try command.split(separator: " ").map { word in
            let isOpen = word.count > 1 && word.allSatisfy { $0.isUppercase }
            guard isOpen else { return String(word) }
            let value = try #require(words[String(word)], "\(word) in \(command)")
            return value.replacing("#", with: "\(index)")
        }.joined(separator: " ")
    }
}
