import Foundation
import Glibc
import Testing

/// `warder audit tail --follow` against a daemon that comes and goes.
@Suite("Tail")
struct TailTests {
    /// A tail in a process of its own, which writes to a file.
    private final class Follower {
        private let process = Process()
        private let output: URL
        private let messages: URL

        init(_ vault: VaultProcess, _ arguments: [String]) throws {
            output = URL(fileURLWithPath: vault.directory + "/tail.jsonl")
            messages = URL(fileURLWithPath: vault.directory + "/tail.txt")
            for file in [output, messages] { try Data().write(to: file) }
            process.executableURL = URL(fileURLWithPath: Programs.path("warder"))
            process.arguments =
                ["audit", "tail", "--follow", "-o", "json", "--socket", vault.operatorSocket] + arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: messages)
            try process.run()
        }

        deinit { stop() }

        var isRunning: Bool { process.isRunning }

        func stop() {
            guard process.isRunning else { return }
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        func events() throws -> [[String: Any]] {
            try String(contentsOf: output, encoding: .utf8).split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }

        func said() throws -> String { try String(contentsOf: messages, encoding: .utf8) }

        /// Waits until a condition holds, half a minute at most.
        func wait(_ condition: () throws -> Bool) throws -> Bool {
            let deadline = ContinuousClock.now + .seconds(30)
            while try !condition(), ContinuousClock.now < deadline { usleep(20_000) }
            return try condition()
        }

        func wait(forSecret name: String) throws -> Bool {
            try wait { try events().contains { $0["secret"] as? String == name } }
        }
    }

    @Test("a tail goes on over sealing, a restart and a crash, and shows every event once")
    func everyEventOnce() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        let tail = try Follower(vault, ["-n", "1000"])
        func put(_ name: String) throws {
            try vault.ask("PUT", "/v1/secrets/\(name)", "{\"fields\":{\"value\":\"x\"}}", expecting: 201)
        }
        try put("one/a")
        #expect(try tail.wait(forSecret: "one/a"))
        try vault.ask("POST", "/v1/sys/seal", expecting: 200)
        #expect(try tail.wait { try tail.said().contains("the vault is sealed; waiting for it") })
        try vault.unseal()
        try put("two/a")
        #expect(try tail.wait(forSecret: "two/a"))
        #expect(vault.stop() == 0)
        try vault.start()
        try vault.unseal()
        try put("three/a")
        #expect(try tail.wait(forSecret: "three/a"))
        vault.kill()
        try vault.start()
        try vault.unseal()
        try put("four/a")
        #expect(try tail.wait(forSecret: "four/a"))
        tail.stop()
        let seen = try tail.events().compactMap { $0["seq"] as? Int }
        #expect(seen == Array(1...(seen.last ?? 0)))
        let kept = try vault.events().prefix(seen.count).compactMap { $0["id"] as? String }
        #expect(try tail.events().compactMap { $0["id"] as? String } == kept)
        #expect(try tail.said().components(separatedBy: "answers again").count == 4)
    }

    @Test("a tail of a vault that is sealed at the start says so and waits; without --follow it fails")
    func sealedAtTheStart() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        try vault.ask("POST", "/v1/sys/seal", expecting: 200)
        let tail = try Follower(vault, ["-n", "1000"])
        #expect(try tail.wait { try tail.said().contains("sealed; waiting for it") })
        #expect(tail.isRunning)
        try vault.unseal()
        try vault.ask("PUT", "/v1/secrets/one/a", #"{"fields":{"value":"x"}}"#, expecting: 201)
        #expect(try tail.wait(forSecret: "one/a"))
        #expect(try tail.events().first?["seq"] as? Int == 1)
    }

    @Test("a filtered tail shows what matches, across a restart too")
    func filtered() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        let tail = try Follower(vault, ["--type", "secret.put", "--secret", "one/a"])
        for round in 1...3 {
            for name in ["one/a", "two/a"] {
                try vault.ask("PUT", "/v1/secrets/\(name)", "{\"fields\":{\"value\":\"\(round)\"}}")
            }
            #expect(try tail.wait { try tail.events().count >= round })
            vault.kill()
            try vault.start()
            try vault.unseal()
        }
        tail.stop()
        #expect(try tail.events().compactMap { $0["version"] as? Int } == [1, 2, 3])
    }
}
