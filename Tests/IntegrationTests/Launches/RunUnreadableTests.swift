import Foundation
import Glibc
import Testing

/// Launchers of which the daemon cannot read who started them: `/proc` does not show it this test, which did.
@Suite(
    "Running servers while /proc hides who started them",
    .serialized,
    .enabled(if: geteuid() == 0, "covering a part of /proc takes root")
)
struct RunUnreadableTests {
    @Test("a daemon that comes back and cannot read who started a launcher ends no server, and lets it wait")
    func restart() throws {
        let vault = try VaultProcess.withLaunchedServer()
        let script = #"echo ready; while read -r line; do echo "$line"; done"#
        let runs = try (0..<2).map { _ in
            try Launched(vault, ["--env", "TOKEN=notes/api", "--", "sh", "-c", script])
        }
        func expectAlive() throws {
            let line = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
            for run in runs {
                try run.send(line)
                #expect(run.line(seconds: 60) == line, "\(run.said)")
            }
        }
        for run in runs { #expect(run.line(seconds: 60) == "ready") }
        #expect(try Self.begun(vault) == 2)

        vault.kill()
        try Self.startHidden(vault)
        // Whichever is back first is the only one. Of the other nobody can tell whether it lies within that.
        try soon(seconds: 60) { try vault.events("type=launch.start&reason=way_up_unknown").count > 2 }
        try expectAlive()
        let another = try Launched(vault, ["--", "echo", "started"])
        #expect(another.line(seconds: 60) == nil)
        #expect(another.wait() == 2)
        #expect(another.said.contains("cannot see just now who started this process"), "\(another.said)")

        let begun = try Self.begun(vault)
        vault.kill()
        try vault.start()
        try vault.unseal()
        try soon(seconds: 60) { try Self.begun(vault) >= begun + 2 }
        try expectAlive()
        for run in runs { #expect(!run.said.contains("refuses"), "\(run.said)") }
    }

    @Test("who asks once more over the same connection is looked at once more")
    func again() throws {
        let vault = try VaultProcess.withLaunchedServer()
        vault.kill()
        try Self.startHidden(vault)
        let (first, second) = (try RawLauncher(vault), try RawLauncher(vault))
        defer { withExtendedLifetime(first) {} }
        #expect(try first.launch() == "201")
        for _ in 0..<2 { #expect(try second.launch() == "503") }
        let shown = try Program.run("/usr/bin/nsenter", ["-m", "-t", "\(vault.pid)", "umount", "/proc/\(getpid())"])
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(try second.launch() == "201")
    }

    // MARK: Means

    /// Starts the daemon where `/proc` does not show this process.
    private static func startHidden(_ vault: VaultProcess) throws {
        let (empty, wrapper) = (vault.directory + "/empty", vault.directory + "/covered")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        let cover = "mount --bind \(empty) /proc/\(getpid()) && exec \(Programs.path("warderd")) \"$@\""
        let script = "#!/bin/sh\nexec unshare -m sh -c '\(cover)' sh \"$@\"\n"
        try script.write(toFile: wrapper, atomically: true, encoding: .utf8)
        _ = unsafe chmod(wrapper, 0o700)
        try vault.start(program: wrapper)
        try vault.unseal()
    }

    private static func begun(_ vault: VaultProcess) throws -> Int {
        try vault.events("type=launch.start&decision=allowed").count
    }

    /// A process of this one that asks to be a launcher, always over one connection.
    private final class RawLauncher {
        private static let script = #"""
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            body = '{"server":"notes"}'
            for line in sys.stdin:
                s.sendall(("POST /v1/launches HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)).encode())
                print(s.recv(65536).split(b" ")[1].decode(), flush=True)
            """#

        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()

        init(_ vault: VaultProcess) throws {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "-c", Self.script, vault.clientSocket]
            process.standardInput = input
            process.standardOutput = output
            try process.run()
        }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        /// The status that it is answered.
        func launch() throws -> String {
            try input.fileHandleForWriting.write(contentsOf: Data("launch\n".utf8))
            var line: [UInt8] = []
            while line.last != UInt8(ascii: "\n") {
                let piece = output.fileHandleForReading.availableData
                if piece.isEmpty { break }
                line += piece
            }
            return String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
    }
}
