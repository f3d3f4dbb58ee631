import Foundation
import Glibc
import Testing
import WarderLinux
import WarderModel

/// Peers and daemons in namespaces of their own. A kernel that has no such namespaces fails these tests.
@Suite("Namespaces")
struct PeerNamespaceTests {
    @Test("a peer that is root in its own user namespace is seen as the user it is outside")
    func peerInUserNamespace() throws {
        let meeting = try Meeting {
            try $0.tell("setuid 65534")
            #expect(try $0.tell("enter-user-namespace") == ["0"])
        }
        let peer = try meeting.peer.attest(needs: [])
        #expect(peer.uid == 65534 && peer.gid == 65534)
        #expect(peer.attestation == .pidfd)
    }

    @Test("a daemon in a user namespace sees others as 65534, and refuses them")
    func daemonInUserNamespace() throws {
        let directory = try TemporaryDirectory()
        let daemon = try PeerProcess()
        try daemon.tell("enter-user-namespace")
        try daemon.tell("listen \(directory.path("d.sock"))")
        let peer = try PeerProcess()
        try peer.tell("setgroups 1000 1001")
        try peer.tell("setuid 1000")
        try peer.tell("connect \(directory.path("d.sock"))")
        let seen = try daemon.tell("accept").compactMap(UInt32.init)
        #expect(seen.dropFirst().prefix(2) == [65534, 65534])
        let map = IdentityMap(userMap: try file("uid_map", of: daemon), groupMap: try file("gid_map", of: daemon))
        let credentials = PeerCredentials(pid: Int32(seen[0]), uid: seen[1], gid: seen[2])
        #expect(throws: AttestationError.unmappedIdentity) { try map.admit(credentials) }
    }

    @Test("a daemon in a user namespace still knows the users that it maps")
    func mappedUserInUserNamespace() throws {
        let directory = try TemporaryDirectory()
        let daemon = try PeerProcess()
        try daemon.tell("enter-user-namespace")
        try daemon.tell("listen \(directory.path("d.sock"))")
        let peer = try PeerProcess()
        try peer.tell("connect \(directory.path("d.sock"))")
        let seen = try daemon.tell("accept").compactMap(UInt32.init)
        let map = IdentityMap(userMap: try file("uid_map", of: daemon), groupMap: try file("gid_map", of: daemon))
        try map.admit(PeerCredentials(pid: Int32(seen[0]), uid: seen[1], gid: seen[2]))
    }

    @Test("a daemon in a PID namespace sees no process number, and refuses the peer")
    func daemonInPidNamespace() throws {
        let directory = try TemporaryDirectory()
        let daemon = try PeerProcess()
        #expect(try daemon.tell("enter-pid-namespace") == ["1"])
        try daemon.tell("listen \(directory.path("d.sock"))")
        let peer = try PeerProcess()
        try peer.tell("connect \(directory.path("d.sock"))")
        let seen = try daemon.tell("accept").compactMap(UInt32.init)
        let credentials = PeerCredentials(pid: Int32(seen[0]), uid: seen[1], gid: seen[2])
        #expect(credentials.pid == 0)
        #expect(throws: AttestationError.noPeerProcess) { try IdentityMap.ofThisProcess().admit(credentials) }
    }

    @Test("a peer in its own mount namespace cannot choose its path: the same name leads the daemon elsewhere")
    func forgedPath() throws {
        let directory = try TemporaryDirectory()
        let place = directory.path("opt")
        #expect(unsafe mkdir(place, 0o755) == 0)
        // What the operator registered, and what the peer only pretends to be.
        try PeerProgram.copy(to: place + "/trusted")
        let meeting = try Meeting(options: AttestationOptions(sha256: { CommandDigest() })) {
            try $0.tell("enter-mount-namespace \(place) trusted")
        }
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(meeting.process.pid)/exe")
        #expect(link == place + "/trusted", "the forgery has to be in place for this test to mean anything")
        let executable = try meeting.peer.attest(needs: Set(AttestationNeed.allCases)).executable
        #expect(executable != nil)
        #expect(executable?.path == nil)
        #expect(executable?.sha256 == (try Tool.sha256(file: PeerProgram.path())))
    }

    @Test("a path that exists only in the peer's mount namespace is none")
    func pathInPrivateNamespace() throws {
        let directory = try TemporaryDirectory()
        let place = directory.path("opt")
        #expect(unsafe mkdir(place, 0o755) == 0)
        let meeting = try Meeting { try $0.tell("enter-mount-namespace \(place) trusted") }
        let executable = try meeting.peer.attest(needs: [.executablePath]).executable
        #expect(executable != nil)
        #expect(executable?.path == nil)
    }

    private func file(_ name: String, of process: PeerProcess) throws -> [UInt8] {
        let words = try process.tell("show /proc/self/\(name)")
        return Array(words.joined(separator: " ").replacingOccurrences(of: ";", with: "\n").utf8)
    }
}
