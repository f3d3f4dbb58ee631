import Glibc
import Testing
import WarderLinux
import WarderModel

/// Rows of the table of kernel facts that are about processes: what ends, forks, executes and changes its user.
@Suite("A peer's life")
struct PeerLifeTests {
    @Test("a living peer is attested by pidfd, and twice the same")
    func living() throws {
        let meeting = try Meeting()
        let peer = try meeting.peer.attest(needs: [])
        #expect(peer.pid == meeting.process.pid)
        #expect(peer.uid == 0 && peer.gid == 0)
        #expect(peer.attestation == .pidfd)
        #expect(peer.startTime > 0)
        #expect(peer.pidfdInode != nil)
        #expect(peer.executable == nil)
        #expect(try meeting.peer.attest(needs: []) == peer)
    }

    @Test("a peer of uid 65534 is a user like any other in the initial user namespace")
    func nobody() throws {
        let meeting = try Meeting { try $0.tell("setuid 65534") }
        let peer = try meeting.peer.attest(needs: [])
        #expect(peer.uid == 65534 && peer.gid == 65534)
        #expect(peer.attestation == .pidfd)
    }

    @Test("a uid above 2^31 is read unsigned")
    func largeUser() throws {
        let meeting = try Meeting { try $0.tell("setuid 4000000000") }
        let peer = try meeting.peer.attest(needs: [])
        #expect(peer.uid == 4_000_000_000 && peer.gid == 4_000_000_000)
    }

    @Test("supplementary groups come from the socket, ascending")
    func groups() throws {
        let meeting = try Meeting { try $0.tell("setgroups 3000000000 7") }
        #expect(try meeting.peer.attest(needs: []).groups == [7, 3_000_000_000])
    }

    @Test("no group is lost, however many there are", arguments: [0, 1, 63, 64, 65, 1024])
    func manyGroups(count: Int) throws {
        let meeting = try Meeting { try $0.tell("many-groups \(count)") }
        #expect(try meeting.peer.attest(needs: []).groups == (0..<count).map { 5000 + UInt32($0) })
    }

    @Test("a peer that ended and was reaped before it was accepted is refused", arguments: Peer.Attestation.allCases)
    func reapedBeforeAccept(level: Peer.Attestation) throws {
        let listener = try Listener()
        let process = try PeerProcess()
        try process.tell("child-connects-and-dies \(listener.path)")
        try process.tell("reap")
        let connection = try listener.accept()
        #expect(throws: AttestationError.processEnded) {
            try Attestor(options: AttestationOptions(maximumLevel: level)).open(socket: connection.descriptor)
        }
    }

    @Test("a zombie is refused", arguments: [Peer.Attestation.pidfd, .starttime])
    func zombie(level: Peer.Attestation) throws {
        let listener = try Listener()
        let process = try PeerProcess()
        try process.tell("child-connects-and-dies \(listener.path)")
        let connection = try listener.accept()
        #expect(throws: AttestationError.processEnded) {
            try Attestor(options: AttestationOptions(maximumLevel: level)).open(socket: connection.descriptor)
        }
    }

    @Test(
        "a peer that becomes a zombie, then is reaped, is refused at its next request",
        arguments: Peer.Attestation.allCases
    )
    func endsLater(level: Peer.Attestation) throws {
        let listener = try Listener()
        let process = try PeerProcess()
        let child = try process.tellForPid("child-connects \(listener.path)")
        let connection = try listener.accept()
        let peer = try Attestor(options: AttestationOptions(maximumLevel: level)).open(socket: connection.descriptor)
        #expect(try peer.attest(needs: []).pid == child)
        try process.tell("kill \(child)")
        // By the number alone a zombie cannot be told from a living process.
        if level != .uid {
            #expect(throws: AttestationError.processEnded) { try peer.attest(needs: []) }
        }
        try process.tell("reap")
        #expect(throws: AttestationError.processEnded) { try peer.attest(needs: []) }
        #expect(throws: AttestationError.processEnded) { try peer.attest(needs: [.executablePath, .executableHash]) }
    }

    @Test("a process has ended once it waits to be reaped, is gone, or another one has its number")
    func hasEnded() throws {
        let listener = try Listener()
        let process = try PeerProcess()
        let child = try process.tellForPid("child-connects \(listener.path)")
        let connection = try listener.accept()
        let peer = try Attestor(options: AttestationOptions()).open(socket: connection.descriptor)
        let identity = try peer.attest(needs: []).process
        #expect(!ProcessLife.hasEnded(identity))
        var later = identity
        later.startTime += 1
        #expect(ProcessLife.hasEnded(later))
        later.startTime = 0
        #expect(!ProcessLife.hasEnded(later), "by the number alone it is there")
        try process.tell("kill \(child)")
        #expect(ProcessLife.hasEnded(identity))
        try process.tell("reap")
        #expect(ProcessLife.hasEnded(identity) && ProcessLife.hasEnded(later))
    }

    @Test("a peer that executes another program keeps its identity and shows the new executable")
    func execAfterConnect() throws {
        let meeting = try Meeting()
        let before = try meeting.peer.attest(needs: [.executablePath])
        #expect(before.executable?.path == (try PeerProgram.path()))
        try meeting.process.becomeCat()
        let after = try meeting.peer.attest(needs: [.executablePath])
        #expect(after.executable?.path == "/usr/bin/cat")
        #expect(after.process == before.process)
    }

    @Test("a peer that changes its user later keeps the user it connected as")
    func setuidAfterConnect() throws {
        let meeting = try Meeting()
        try meeting.process.tell("setuid 65534")
        let peer = try meeting.peer.attest(needs: [])
        #expect(peer.uid == 0 && peer.attestation == .pidfd)
    }

    @Test("a connection inherited by a child acts as the parent that connected, and ends with it")
    func inheritedConnection() throws {
        let meeting = try Meeting()
        let before = try meeting.peer.attest(needs: [])
        let child = try meeting.process.forkAndLeave()
        #expect(child != before.pid)
        try meeting.process.tell("write hello-from-child")
        #expect(try meeting.connection.read() == "hello-from-child")
        #expect(throws: AttestationError.processEnded) { try meeting.peer.attest(needs: []) }
    }

    @Test("a connection passed to another user acts as the process that connected")
    func passedConnection() throws {
        let meeting = try Meeting()
        try meeting.process.tell("pass-connection 65534 hello-from-nobody")
        #expect(try meeting.connection.read() == "hello-from-nobody")
        let peer = try meeting.peer.attest(needs: [])
        #expect(peer.uid == 0)
        #expect(peer.pid == meeting.process.pid)
    }

    @Test("a passed connection ends with the process that connected")
    func passedConnectionEnds() throws {
        let meeting = try Meeting()
        try meeting.process.tell("pass-connection 65534 hello-from-nobody")
        #expect(try meeting.connection.read() == "hello-from-nobody")
        meeting.process.end()
        #expect(throws: AttestationError.processEnded) { try meeting.peer.attest(needs: []) }
    }

    @Test(
        "a process that gets the number of a peer that ended is not taken for it",
        arguments: [Peer.Attestation.pidfd, .starttime]
    )
    func numberUsedAgain(level: Peer.Attestation) throws {
        let listener = try Listener()
        let process = try PeerProcess()
        let child = try process.tellForPid("child-connects \(listener.path)")
        let connection = try listener.accept()
        let peer = try Attestor(options: AttestationOptions(maximumLevel: level)).open(socket: connection.descriptor)
        try process.tell("kill \(child)")
        try process.tell("reap")
        #expect(try process.tellForPid("take-number \(child) 0") == child)
        #expect(throws: AttestationError.processEnded) { try peer.attest(needs: []) }
        #expect(throws: AttestationError.processEnded) { try peer.attest(needs: [.executablePath]) }
    }

    @Test("a peer whose number was used again before it was accepted is refused by its pidfd")
    func numberUsedAgainBeforeAccept() throws {
        let listener = try Listener()
        let process = try PeerProcess()
        let child = try process.tellForPid("child-connects-and-dies \(listener.path)")
        try process.tell("reap")
        #expect(try process.tellForPid("take-number \(child) 0") == child)
        let connection = try listener.accept()
        #expect(throws: AttestationError.processEnded) {
            try Attestor(options: AttestationOptions()).open(socket: connection.descriptor)
        }
    }

    @Test("an abstract name that looks like systemd's says nothing: the peer is who the kernel says")
    func abstractName() throws {
        let listener = try Listener()
        let process = try PeerProcess()
        try process.tell("setuid 65534")
        let name = "warder\(getpid())/unit/github-mcp.service/pat"
        try process.tell("connect \(listener.path) \(name)")
        let connection = try listener.accept()
        let peer = try Attestor(options: AttestationOptions()).open(socket: connection.descriptor).attest(needs: [])
        #expect(peer.uid == 65534)
        #expect(peer.pid == process.pid)
        #expect(peer.unit == nil)
    }

    @Test("a socket without a peer process is refused")
    func noPeer() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        #expect(throws: AttestationError.noPeerProcess) {
            try Attestor(options: AttestationOptions()).open(socket: socket)
        }
    }
}
