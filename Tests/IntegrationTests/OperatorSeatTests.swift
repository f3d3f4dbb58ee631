import Foundation
import Glibc
import Testing

/// The operator socket in the hands of its group: nobody keeps an operator out by holding connections.
@Suite("Seats of operators", .serialized)
struct OperatorSeatTests {
    /// Each user of the group holds as many connections as they can get; then it says how many are open, and waits.
    private static let script = """
        import os, socket, sys
        path, users = sys.argv[1], int(sys.argv[2])
        readers = []
        for number in range(users):
            reader, writer = os.pipe()
            if os.fork() == 0:
                os.setgroups([]); os.setgid(30000 + number); os.setuid(30000 + number)
                held = []
                for _ in range(40):
                    try:
                        s = socket.socket(socket.AF_UNIX); s.settimeout(2); s.connect(path)
                        held.append(s)
                    except OSError: break
                open_ = 0
                for s in held:
                    s.setblocking(False)
                    try: open_ += 1 if s.recv(1) else 0
                    except BlockingIOError: open_ += 1
                    except OSError: pass
                os.write(writer, f"{open_}\\n".encode())
                sys.stdin.readline()
                os._exit(0)
            readers.append(reader)
        print(" ".join(os.read(reader, 16).decode().strip() for reader in readers), flush=True)
        sys.stdin.readline()
        """

    @Test("attack: eight users of the group take every connection they can get, and an operator is served")
    func full() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        // Whom the group of the socket lets through.
        try #require(unsafe chmod(vault.operatorSocket, 0o666) == 0)
        let crowd = Process()
        crowd.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        crowd.arguments = ["python3", "-c", Self.script, vault.operatorSocket, "8"]
        let (input, output) = (Pipe(), Pipe())
        crowd.standardInput = input
        crowd.standardOutput = output
        try crowd.run()
        defer {
            try? input.fileHandleForWriting.close()
            crowd.waitUntilExit()
        }
        let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let held = said.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        // The attack is one: together they hold what four users may, and none of them more than their own.
        #expect(held.count == 8 && held.reduce(0, +) >= 96, "\(said)")
        let status = try RestoreStory.warder(["status"], vault)
        #expect(status.status == 0, "\(status.errors)")
        let secrets = try RestoreStory.warder(["secret", "list"], vault)
        #expect(secrets.status == 0, "\(secrets.errors)")
    }
}
