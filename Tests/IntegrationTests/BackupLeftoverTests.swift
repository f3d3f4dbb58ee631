import Foundation
import Glibc
import Testing

/// What commands about backups leave when they are killed, and what takes it away.
@Suite("Leftovers of backups", .serialized)
struct BackupLeftoverTests {
    private static func workspaces(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix(".warder-verify-") }
            .sorted()
    }

    @Test("a check that was killed leaves a directory that the next one takes away, and not that of one at work")
    func verify() throws {
        let (source, backup) = try RestoreStory.source()
        let directory = source.directory
        let check = try RestoreStory.begin(mode: "verify-backup", backup)
        let end = ContinuousClock.now + .seconds(20)
        while try Self.workspaces(in: directory).isEmpty, ContinuousClock.now < end { usleep(100) }
        kill(check.processIdentifier, SIGKILL)
        check.waitUntilExit()
        #expect(try Self.workspaces(in: directory).count == 1)
        // Somebody else's check is at work beside it.
        let busy = directory + "/.warder-verify-busy01"
        let script = """
            import fcntl, os, sys
            os.mkdir(sys.argv[1], 0o700)
            descriptor = os.open(sys.argv[1], os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            print("locked", flush=True)
            sys.stdin.readline()
            """
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments = ["python3", "-c", script, busy]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        defer {
            try? input.fileHandleForWriting.close()
            holder.waitUntilExit()
        }
        _ = output.fileHandleForReading.availableData
        #expect(try RestoreStory.verify(backup, source).status == 0)
        #expect(try Self.workspaces(in: directory) == [".warder-verify-busy01"])
    }

    @Test("a backup is never written over, and the command does not say that it could be")
    func neverReplaced() throws {
        let (source, backup) = try RestoreStory.source()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: backup))
        for more in [[], ["--yes"]] {
            let again = try RestoreStory.warder(["backup", "create", backup] + more, source)
            #expect(again.status == 1 && again.errors.contains("exists already"), "\(again.errors)")
            #expect(!again.errors.contains("--yes") && again.errors.contains("--directory"), "\(again.errors)")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup)) == bytes)
    }
}
