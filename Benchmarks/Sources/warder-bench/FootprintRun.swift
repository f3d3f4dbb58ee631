import Foundation
import NIOHTTP1

/// Fills a vault, starts it anew, and looks at what it takes up.
struct FootprintRun {
    /// Events that one run of the load generator makes, so that there is something to tell meanwhile.
    private static let portion = 50_000

    let programs: Programs
    let scratch: Scratch
    let secrets: Int
    let events: Int
    let eventLoops: Int

    func run() async throws -> Footprint {
        let vault = try VaultProcess("large", programs: programs, scratch: scratch, eventLoops: eventLoops)
        try await vault.start()
        defer { vault.stop() }
        Progress.show("storing \(secrets) secrets")
        try await Registration(vault: vault).perform(secrets: secrets)
        try await fill(vault)
        vault.stop()
        defer { Progress.end() }

        Progress.show("starting anew")
        let argon2 = try PasswordHashing.measure()
        let started = try await vault.start()
        let unsealed = try await unseal(vault)
        let fresh = try ProcessMemory(of: vault.id)
        Progress.show("load on the large vault")
        try load(vault, seconds: 5)
        let used = try ProcessMemory(of: vault.id)
        let total = try await status(of: vault)
        let bytes = try databaseBytes(vault)
        let log = try LogRun(vault: vault, programs: programs, scratch: scratch, events: total.events).run()
        // Last: the log grows meanwhile.
        let backup = try BackupRun(vault: vault, programs: programs, scratch: scratch).run()
        return Footprint(
            secrets: total.secrets,
            events: total.events,
            databaseBytes: bytes,
            startSeconds: started.inSeconds,
            unsealSeconds: unsealed.inSeconds,
            argon2Seconds: argon2.inSeconds,
            readySeconds: (started + unsealed - argon2).inSeconds,
            residentAfterUnseal: fresh.resident,
            residentAfterLoad: used.resident,
            residentPeak: used.peak,
            backup: backup,
            log: log
        )
    }

    private func fill(_ vault: VaultProcess) async throws {
        var missing = events - (try await status(of: vault).events)
        while missing > 0 {
            Progress.show("\(missing) events to go")
            // A few come by themselves: tokens, the end of the daemon.
            try load(vault, seconds: 600, count: min(missing, Self.portion))
            missing = events - (try await status(of: vault).events)
        }
    }

    private func load(_ vault: VaultProcess, seconds: Double, count: Int = 0) throws {
        _ = try LoadGenerator(programs: programs, scratch: scratch).run(
            .resolve,
            socket: vault.clientSocket,
            server: vault.id,
            connections: 64,
            seconds: seconds,
            warmUp: 0,
            count: count
        )
    }

    private func unseal(_ vault: VaultProcess) async throws -> Duration {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        let clock = ContinuousClock()
        let begin = clock.now
        try await client.send(.POST, "/v1/sys/unseal", #"{"passphrase":"\#(OperatorClient.passphrase)"}"#)
        let duration = clock.now - begin
        await client.close()
        return duration
    }

    private struct Status: Decodable {
        let secrets: Int
        let events: Int
    }

    private func status(of vault: VaultProcess) async throws -> Status {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        let text = try await client.send(.GET, "/v1/sys/status")
        await client.close()
        return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
    }

    private func databaseBytes(_ vault: VaultProcess) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: vault.stateDirectory).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: vault.stateDirectory + "/" + name)
            return sum + ((attributes[.size] as? Int) ?? 0)
        }
    }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
