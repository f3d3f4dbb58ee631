import Testing
import WarderModel

/// Servers that are known by who started them.
@Suite struct LaunchSelectorsTests {
    private static let conditions = Selectors(uid: 1001, isLaunched: true)

    private static func peer(
        _ launch: (server: String, conditions: Selectors)? = nil,
        part: LaunchMembership.Part = .member,
        attestation: Peer.Attestation = .pidfd
    ) throws -> Peer {
        Peer(
            pid: 7,
            uid: 1001,
            gid: 1001,
            startTime: 5,
            attestation: attestation,
            launch: try launch.map {
                LaunchMembership(
                    id: LaunchID(random: RecordID(high: 1, low: 2)),
                    server: try ServerName($0.server),
                    conditions: $0.conditions,
                    part: part
                )
            }
        )
    }

    @Test("whoever meets the conditions of a launched server may launch it, and is not the server")
    func launcher() throws {
        let peer = try Self.peer()
        #expect(Self.conditions.admitLauncher(peer))
        #expect(!Self.conditions.recognise(peer, as: try ServerName("notes")))
    }

    @Test("a process belongs to the server of its launch, and to no other")
    func member() throws {
        let peer = try Self.peer(("notes", Self.conditions))
        #expect(Self.conditions.recognise(peer, as: try ServerName("notes")))
        #expect(!Self.conditions.recognise(peer, as: try ServerName("mail")))
    }

    @Test("what a launcher started for itself alone is nobody, and like a member it is below a launcher")
    func outsider() throws {
        let notes = ("notes", Self.conditions)
        let outsider = try Self.peer(notes, part: .outsider)
        #expect(!Self.conditions.recognise(outsider, as: try ServerName("notes")))
        #expect(outsider.isBelowLauncher)
        #expect(try Self.peer(notes).isBelowLauncher)
        #expect(try !Self.peer(notes, part: .launcher).isBelowLauncher)
        #expect(try !Self.peer().isBelowLauncher)
    }

    @Test("a launch under conditions that have changed since counts no more")
    func changed() throws {
        let notes = try ServerName("notes")
        let peer = try Self.peer(("notes", Self.conditions))
        #expect(!Selectors(uid: 1001, unit: "a.service", isLaunched: true).recognise(peer, as: notes))
        #expect(!Selectors(uid: 1002, isLaunched: true).recognise(peer, as: notes))
        #expect(Selectors(uid: 1001).recognise(peer, as: notes), "a server that is known by itself needs no launch")
    }

    @Test("a launcher that /proc does not show cannot have anybody below it")
    func attestation() throws {
        #expect(!Self.conditions.admitLauncher(try Self.peer(attestation: .uid)))
        #expect(Self.conditions.admitLauncher(try Self.peer(attestation: .starttime)))
    }

    @Test("a launch alone is no condition, and a server known by itself has no launcher")
    func nobody() throws {
        #expect(Selectors(isLaunched: true).isEmpty)
        #expect(!Selectors(isLaunched: true).admitLauncher(try Self.peer()))
        #expect(!Selectors(uid: 1001).admitLauncher(try Self.peer()))
        #expect(Selectors(uid: 1, executable: "/a", isLaunched: true).withoutExecutable.isLaunched)
    }

    @Test("one process is of one launch, and may be a server that is known by itself as well")
    func overlap() {
        #expect(!Self.conditions.couldMatch(sameProcessAs: Self.conditions))
        #expect(Self.conditions.couldMatch(sameProcessAs: Selectors(uid: 1001)))
        #expect(Self.conditions.couldMatch(uid: 1001) && !Self.conditions.couldMatch(uid: 1002))
    }

    @Test("a launch's name parses as what it prints, and as nothing else")
    func names() throws {
        let id = LaunchID(random: RecordID(high: .max, low: 5))
        #expect(try LaunchID(id.text) == id)
        for text in [
            "", "lch_", "tok_" + id.text.dropFirst(4), id.text + "0", "lch_" + String(repeating: "z", count: 22),
        ] {
            #expect(throws: NameError.badCharacter) { try LaunchID(text) }
        }
    }
}
