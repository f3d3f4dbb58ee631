import Foundation
import Glibc
import Testing
import WarderLinux
import WarderModel

/// Who is above whom, as the kernel has it.
@Suite("Ancestry")
struct AncestryTests {
    /// A handle of this process.
    private static func own(_ listener: Listener) throws -> AttestedPeer {
        let (client, error) = PeerListener.connect(listener.path)
        defer { close(client) }
        guard error == 0 else { throw TestFailure("connect: \(error)") }
        return try connected(listener)
    }

    /// A handle of the process that connected last. It outlives the connection.
    private static func connected(_ listener: Listener) throws -> AttestedPeer {
        let connection = try listener.accept()
        return try withExtendedLifetime(connection) {
            try Attestor(options: AttestationOptions()).open(socket: connection.descriptor)
        }
    }

    private static func launcher(of peer: AttestedPeer, _ launchers: [AttestedPeer]) throws -> AttestedPeer? {
        if case .launcher(let found) = try peer.nearest(among: launchers) { found } else { nil }
    }

    /// Whether it is known that none of them is above.
    private static func isFree(_ peer: AttestedPeer, _ launchers: [AttestedPeer]) throws -> Bool {
        if case .nobody = try peer.nearest(among: launchers) { true } else { false }
    }

    @Test("a launcher is above itself, its children and theirs, and nobody else's")
    func above() throws {
        let parent = try Meeting()
        try parent.process.tell("child-connects \(parent.listener.path)")
        let child = try Self.connected(parent.listener)
        #expect(try Self.launcher(of: child, [parent.peer]) === parent.peer)
        #expect(try Self.launcher(of: parent.peer, [parent.peer]) === parent.peer)
        #expect(try Self.isFree(parent.peer, [child]), "a parent is not below its child")
        let stranger = try Meeting()
        #expect(try Self.isFree(stranger.peer, [parent.peer, child]))
        #expect(try Self.isFree(child, []))
        let here = try Self.own(stranger.listener)
        #expect(try Self.launcher(of: child, [stranger.peer, here]) === here)
    }

    @Test("of several launchers above a process the nearest counts")
    func nearest() throws {
        let parent = try Meeting()
        let here = try Self.own(parent.listener)
        try parent.process.tell("child-connects \(parent.listener.path)")
        let child = try Self.connected(parent.listener)
        #expect(try Self.launcher(of: child, [here, parent.peer]) === parent.peer)
        #expect(try Self.launcher(of: child, [parent.peer, here]) === parent.peer)
    }

    @Test("whoever loses the launcher above it has none, whatever its number comes to mean")
    func orphan() throws {
        let parent = try Meeting()
        let launcher = parent.peer
        _ = try parent.process.forkAndLeave()
        try parent.process.tell("connect \(parent.listener.path)")
        let orphan = try Self.connected(parent.listener)
        #expect(!launcher.isAlive)
        #expect(try Self.isFree(orphan, [launcher]))
    }

    @Test("a launcher that has ended has nobody below it, not even the process that gets its number")
    func reusedNumber() throws {
        let keeper = try Meeting()
        let number = try keeper.process.tellForPid("child-connects \(keeper.listener.path)")
        let launcher = try Self.connected(keeper.listener)
        try keeper.process.tell("kill \(number)")
        try keeper.process.tell("reap")
        let other = try keeper.process.tellForPid("take-number \(number) 0")
        #expect(other == number)
        #expect(!launcher.isAlive)
        try keeper.process.tell("child-connects \(keeper.listener.path)")
        #expect(try Self.isFree(Self.connected(keeper.listener), [launcher]))
    }

    @Test(
        "a way is followed so far; of a longer one nobody says that there is no launcher",
        arguments: [(20, true), (40, false)]
    )
    func depth(steps: Int, isFound: Bool) throws {
        let listener = try Listener()
        let script = listener.directory.path("deep.sh")
        let text = """
            #!/bin/sh
            steps=${STEPS:-\(steps)}
            if [ "$steps" -gt 0 ]; then STEPS=$((steps - 1)) "$0"; exit; fi
            exec "\(try PeerProgram.path())"
            """
        try text.write(toFile: script, atomically: false, encoding: .utf8)
        #expect(unsafe chmod(script, 0o700) == 0)
        let process = try Self.started(script)
        try process.tell("connect \(listener.path)")
        let deep = try Self.connected(listener)
        let here = try Self.own(listener)
        switch try deep.nearest(among: [here]) {
        case .launcher(let found): #expect(isFound && found === here)
        case .tooLong: #expect(!isFound)
        case .unknown: Issue.record("nothing hides it")
        case .nobody: Issue.record("it is below this process")
        }
    }

    /// Another test that starts a process may hold the script open for writing for a moment.
    private static func started(_ script: String) throws -> PeerProcess {
        for _ in 0..<100 {
            if let process = try? PeerProcess(program: script) { return process }
            usleep(10_000)
        }
        return try PeerProcess(program: script)
    }

    @Test("a process that has ended is nobody's")
    func ended() throws {
        let parent = try Meeting()
        let number = try parent.process.tellForPid("child-connects \(parent.listener.path)")
        let child = try Self.connected(parent.listener)
        try parent.process.tell("kill \(number)")
        #expect(throws: AttestationError.processEnded) { try child.nearest(among: [parent.peer]) }
    }
}
