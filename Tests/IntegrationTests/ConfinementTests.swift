import Foundation
import Glibc
import Testing

/// What a running daemon has given up, as the kernel tells it.
@Suite("Confinement of the daemon")
struct ConfinementTests {
    /// Starts what it is told to under a filter that refuses seccomp(2), as some containers and units do.
    private static let refusing = """
        #!/usr/bin/python3
        import ctypes, os, struct, sys
        number = {"x86_64": 317, "aarch64": 277}[os.uname().machine]
        rules = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7FFF0000)]
        memory = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
        header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rules), ctypes.addressof(memory)))
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(38, 1, ctypes.c_void_p(0), 0, 0) == 0
        assert libc.prctl(22, 2, header, 0, 0) == 0
        os.execv("PROGRAM", ["PROGRAM"] + sys.argv[1:])
        """

    private static func wrapper(_ vault: VaultProcess) throws -> String {
        let path = vault.directory + "/refusing.py"
        try refusing.replacing("PROGRAM", with: Programs.path("warderd")).write(
            toFile: path,
            atomically: false,
            encoding: .utf8
        )
        try #require(unsafe chmod(path, 0o700) == 0)
        return path
    }

    @Test("every thread of a daemon that says it is ready has a filter, and the status says so")
    func filter() throws {
        let vault = try VaultProcess()
        try vault.start()
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(vault.pid)/task")
        #expect(threads.count > 1, "otherwise this does not show that every thread is reached")
        for thread in threads {
            let status = try String(contentsOfFile: "/proc/\(vault.pid)/task/\(thread)/status", encoding: .utf8)
            #expect(status.contains("\nSeccomp:\t2\n") && status.contains("\nNoNewPrivs:\t1\n"))
        }
        #expect(try vault.ask("GET", "/v1/sys/status", expecting: 200).json["confined"] as? Bool == true)
    }

    @Test(
        "where the filter is refused there is no daemon, unless the configuration says otherwise, and then people are told"
    )
    func refused() throws {
        let vault = try VaultProcess()
        let wrapper = try Self.wrapper(vault)
        do {
            try vault.start(program: wrapper)
            Issue.record("it started")
        } catch let failure as VaultProcess.StartFailure {
            #expect(failure.said.contains("confinement: best-effort"), "\(failure.said)")
        }
        try vault.addSetting("confinement: best-effort")
        try vault.start(program: wrapper)
        try vault.initialise()
        #expect(try vault.ask("GET", "/v1/sys/status", expecting: 200).json["confined"] as? Bool == false)
        let session = TerminalSession(socket: vault.operatorSocket)
        #expect(try session.run(["status"]).screen.contains("could execute programs"))
        #expect(try session.run(["doctor"]).screen.contains("could not give up executing programs"))
    }
}
