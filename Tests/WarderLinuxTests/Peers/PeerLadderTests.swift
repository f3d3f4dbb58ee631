import SystemPackage
import Testing
import WarderModel

@testable import WarderLinux

/// What is left where the kernel has no pidfd of a peer, or `/proc` does not show it.
@Suite("The ladder of attestation")
struct PeerLadderTests {
    @Test("without pidfd a peer is attested by its start time, with the same facts")
    func startTime() throws {
        let meeting = try Meeting()
        let best = try meeting.peer.attest(needs: [.executablePath])
        let lower = AttestationOptions(maximumLevel: .starttime)
        let peer = try Attestor(options: lower).open(socket: meeting.connection.descriptor)
            .attest(needs: [.executablePath])
        #expect(peer.attestation == .starttime)
        #expect(peer.pidfdInode == nil)
        #expect(peer.startTime == best.startTime)
        #expect(peer.executable == best.executable)
    }

    @Test("at the lowest level only user and groups are known")
    func userOnly() throws {
        let meeting = try Meeting(options: AttestationOptions(maximumLevel: .uid)) { try $0.tell("setuid 65534") }
        let peer = try meeting.peer.attest(needs: Set(AttestationNeed.allCases))
        #expect(peer.attestation == .uid)
        #expect(peer.uid == 65534)
        #expect(peer.startTime == 0 && peer.pidfdInode == nil && peer.unit == nil && peer.executable == nil)
    }

    @Test("a peer that is not dumpable is attested by its start time all the same")
    func undumpable() throws {
        let options = AttestationOptions(maximumLevel: .starttime)
        let meeting = try Meeting(options: options) {
            try $0.tell("setuid 65534")
            try $0.tell("undumpable")
        }
        #expect(try meeting.peer.attest(needs: []).attestation == .starttime)
    }

    @Test("a process of another user with the peer's number does not lend it a start time")
    func numberOfAnotherUser() throws {
        let listener = try Listener()
        let process = try PeerProcess()
        let child = try process.tellForPid("child-connects-and-dies \(listener.path)")
        try process.tell("reap")
        #expect(try process.tellForPid("take-number \(child) 65534") == child)
        let connection = try listener.accept()
        let options = AttestationOptions(maximumLevel: .starttime)
        let peer = try Attestor(options: options).open(socket: connection.descriptor)
            .attest(needs: Set(AttestationNeed.allCases))
        #expect(peer.attestation == .uid)
        #expect(peer.uid == 0 && peer.startTime == 0 && peer.executable == nil)
    }

    @Test("where /proc is not to be trusted the pidfd alone names the process")
    func withoutProc() throws {
        let meeting = try Meeting()
        let attestor = Attestor(
            options: AttestationOptions(),
            identities: .ofThisProcess(),
            procIsTrustworthy: false
        )
        let peer = try attestor.open(socket: meeting.connection.descriptor).attest(needs: [.executablePath])
        #expect(peer.attestation == .pidfd)
        #expect(peer.pidfdInode != nil)
        #expect(peer.startTime == 0 && peer.executable == nil)
    }

    @Test("where /proc is not to be trusted and there is no pidfd, only the user is known")
    func withoutProcAndPidfd() throws {
        let meeting = try Meeting()
        let attestor = Attestor(
            options: AttestationOptions(maximumLevel: .starttime),
            identities: .ofThisProcess(),
            procIsTrustworthy: false
        )
        #expect(try attestor.open(socket: meeting.connection.descriptor).attest(needs: []).attestation == .uid)
    }

    @Test("the /proc of this process is its own")
    func ownProc() {
        #expect(ProcessDirectory.isTrustworthy())
    }

    @Test(
        "each refusal of a pidfd has its outcome",
        arguments: [
            (Errno.protocolNotAvailable, PidfdRefusal.unsupported),
            (.noData, .error(.noPeerProcess)),
            (.invalidArgument, .error(.processEnded)),
            (.noSuchProcess, .error(.processEnded)),
            (.tooManyOpenFiles, .error(.outOfDescriptors)),
            (.tooManyOpenFilesInSystem, .error(.outOfDescriptors)),
            (.notPermitted, .error(.kernel(.pidfd, .notPermitted))),
            (.noMemory, .error(.kernel(.pidfd, .noMemory))),
        ]
    )
    func refusals(reason: Errno, outcome: PidfdRefusal) {
        #expect(PidfdRefusal(reason) == outcome)
    }
}
