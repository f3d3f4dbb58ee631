import Foundation
import Glibc
import Testing

/// `warder rehearse` as it is: the real command against real daemons, and what it leaves behind.
@Suite("Rehearsals", .serialized)
struct RehearsalTests {
    /// A rehearsal's result as far as these tests read it.
    private struct Record: Decodable {
        struct Attempt: Decodable {
            let tried: String
            let event: Int?
            let fault: String?
        }
        struct Step: Decodable {
            let name: String
            let outcome: String
            let evidence: String
            let attempts: [Attempt]
        }
        let kind: String
        let steps: [Step]
    }

    /// Where one rehearsal has its vaults: whatever is in it afterwards was left behind.
    private final class Place {
        let path = "/tmp/wr-" + UUID().uuidString.prefix(8).lowercased()

        init(mode: Int = 0o755) throws {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: mode]
            )
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
        /// Makes a folder look as if nobody had touched it for an hour.
        func age(_ name: String) throws {
            let moment = Date(timeIntervalSinceNow: -3600)
            try FileManager.default.setAttributes([.modificationDate: moment], ofItemAtPath: path + "/" + name)
        }

        var environment: [String: String] { ["PATH": "/usr/bin:/bin", "TMPDIR": path] }
    }

    private static func rehearse(_ place: Place, uid: UInt32? = nil) throws -> (record: Record, result: ProgramResult) {
        let result = try Program.run(
            Programs.path("warder"),
            ["rehearse", "--output", "json"],
            uid: uid,
            environment: place.environment
        )
        return (try JSONDecoder().decode(Record.self, from: Data(result.output.utf8)), result)
    }

    @Test("everything is refused and recorded, honest calls are served, and nothing is left behind")
    func whole() throws {
        let place = try Place()
        let (record, result) = try Self.rehearse(place)
        for step in record.steps { #expect(step.outcome == "passed", "\(step.name): \(step.evidence)") }
        #expect(result.status == 0, "\(result.errors)")
        #expect(record.kind == "warder-rehearsal")
        #expect(record.steps.count == 19)
        let attempts = record.steps.flatMap(\.attempts)
        #expect(attempts.count > 30)
        #expect(attempts.allSatisfy { $0.fault == nil })
        // Each stands in the log; names that cannot be, which never become a question, as a count.
        #expect(attempts.allSatisfy { $0.event != nil })
        #expect(place.contents == [])
    }

    @Test("what a plain user cannot play is listed as not evaluated, and the rest is played")
    func plainUser() throws {
        let place = try Place(mode: 0o1777)
        _ = unsafe chmod(place.path, 0o1777)
        let (record, result) = try Self.rehearse(place, uid: Stranger.uid)
        #expect(result.status == 0, "\(result.errors)")
        for step in record.steps {
            #expect(step.outcome == (step.name == "other-user" ? "not-evaluated" : "passed"), "\(step)")
        }
        #expect(result.errors.contains("Not evaluated: other-user. Only root can start"))
        #expect(place.contents == [])
    }

    @Test("without a daemon beside it, it says so and leaves nothing")
    func noDaemon() throws {
        let place = try Place()
        try FileManager.default.copyItem(atPath: Programs.path("warder"), toPath: place.path + "/warder")
        let result = try Program.run(place.path + "/warder", ["rehearse"], environment: place.environment)
        #expect(result.status == 1)
        #expect(result.errors.contains("there is no warderd beside this program"))
        #expect(place.contents == ["warder"])
    }

    @Test(
        "a signal in the middle ends the daemon, takes the folder away, and ends the command",
        arguments: [SIGINT, SIGTERM]
    )
    func interrupted(signal: Int32) throws {
        let place = try Place()
        let process = try Self.begin(in: place)
        let daemon = try #require(Self.awaitDaemon(of: process.processIdentifier))
        #expect(place.contents.count == 1)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
        #expect(!ProcessTree.isAlive(daemon))
        #expect(place.contents == [])
    }

    @Test("one that was killed takes its daemon along, and the next one takes its folder away")
    func killed() async throws {
        let place = try Place()
        let process = try Self.begin(in: place)
        let daemon = try #require(Self.awaitDaemon(of: process.processIdentifier))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try await eventually { !ProcessTree.isAlive(daemon) })
        let left = try #require(place.contents.first)
        try place.age(left)
        let (_, result) = try Self.rehearse(place)
        #expect(result.status == 0, "\(result.errors)")
        #expect(place.contents == [])
    }

    @Test("one that is under way is left alone by another, however old it looks")
    func twoAtATime() throws {
        let place = try Place()
        let process = try Self.begin(in: place)
        _ = try #require(Self.awaitDaemon(of: process.processIdentifier))
        let folder = try #require(place.contents.first)
        kill(process.processIdentifier, SIGSTOP)
        try place.age(folder)
        let (_, result) = try Self.rehearse(place)
        #expect(result.status == 0, "\(result.errors)")
        #expect(place.contents == [folder])
        kill(process.processIdentifier, SIGCONT)
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        #expect(place.contents == [])
    }

    private static func begin(in place: Place) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Programs.path("warder"))
        process.arguments = ["rehearse"]
        process.environment = place.environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The daemon's number, once it has answered something: its database is there then.
    private static func awaitDaemon(of pid: Int32) -> Int32? {
        while ProcessTree.isAlive(pid) {
            for child in ProcessTree.children(of: pid) {
                let line = (try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)) ?? ""
                // The players are started once the daemon listens.
                if line.contains("warderd"), ProcessTree.children(of: pid).count > 1 { return child }
            }
            usleep(5000)
        }
        return nil
    }
}
