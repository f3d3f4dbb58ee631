import Foundation
import Glibc
import Testing

/// What the daemon keeps from other users of the machine, and from core files.
@Suite("Closed to others")
struct ClosedProcessTests {
    @Test("another user reads nothing of the daemon's memory, environment or files, and no core file is written")
    func closedToOthers() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        let script = """
            import os, sys
            for path in sys.argv[1:]:
                try:
                    with open(path, "rb") as f: f.read(1)
                    print("READ", path)
                except OSError as error:
                    print("refused", path, error.errno)
            """
        let secret = ["environ", "mem", "maps", "auxv", "stack"].map { "/proc/\(vault.pid)/\($0)" }
        let files = ["/vault.db", "/vault.db-wal", "/vault.lock"].map { vault.stateDirectory + $0 }
        let control = vault.directory + "/readable"
        try Data("x".utf8).write(to: URL(fileURLWithPath: control))
        _ = unsafe chmod(control, 0o644)
        let said = try Program.python(script, secret + files + [control], uid: Stranger.uid).output
        #expect(said.contains("READ \(control)"), "the probe can read what it may")
        for path in secret + files { #expect(said.contains("refused \(path)"), "\(path)") }

        // The kernel says of a process that is not dumpable that its files belong to root, whoever it runs as; and it
        // writes no core.
        let limits = try String(contentsOfFile: "/proc/\(vault.pid)/limits", encoding: .utf8)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2)
        Glibc.kill(vault.pid, SIGABRT)
        vault.process.waitUntilExit()
        let directories = [vault.directory, vault.stateDirectory, vault.directory + "/run", "/tmp"]
        for directory in directories {
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(!left.contains { $0 == "core" || $0 == "core.\(vault.pid)" })
        }
    }
}
