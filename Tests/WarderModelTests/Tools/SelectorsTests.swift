import Testing
import WarderModel

/// Every selector, absent, equal and different; and what the daemon could not read.
@Suite struct SelectorsTests {
    private static let hash = String(repeating: "ab", count: 32)

    private static let peer = Peer(
        pid: 42,
        uid: 1001,
        gid: 1002,
        groups: [4, 1005],
        startTime: 77,
        pidfdInode: 9,
        unit: "mcp-github.service",
        executable: .init(path: "/usr/bin/mcp-github", device: 1, inode: 2, sha256: hash),
        attestation: .pidfd
    )

    /// A selector that the peer meets, with others that it does not.
    private static let selectors: [(name: String, met: Selectors, unmet: [Selectors])] = [
        ("uid", Selectors(uid: 1001), [Selectors(uid: 1002), Selectors(uid: 0), Selectors(uid: .max)]),
        ("gid", Selectors(gid: 1002), [Selectors(gid: 1001), Selectors(gid: 4)]),
        ("group", Selectors(group: 1005), [Selectors(group: 1001), Selectors(group: 0)]),
        (
            "unit", Selectors(unit: "mcp-github.service"),
            [
                Selectors(unit: "mcp-githu.service"), Selectors(unit: "MCP-github.service"), Selectors(unit: ""),
                Selectors(unit: "mcp-github.service "),
            ]
        ),
        (
            "executable", Selectors(executable: "/usr/bin/mcp-github"),
            [
                Selectors(executable: "/usr/bin/mcp"), Selectors(executable: "/usr/bin/./mcp-github"),
                Selectors(executable: ""),
            ]
        ),
        (
            "hash", Selectors(executableSHA256: hash),
            [Selectors(executableSHA256: String(repeating: "AB", count: 32)), Selectors(executableSHA256: "")]
        ),
    ]

    private func join(_ parts: [Selectors]) -> Selectors {
        parts.reduce(into: Selectors()) { all, part in
            all.uid = part.uid ?? all.uid
            all.gid = part.gid ?? all.gid
            all.group = part.group ?? all.group
            all.unit = part.unit ?? all.unit
            all.executable = part.executable ?? all.executable
            all.executableSHA256 = part.executableSHA256 ?? all.executableSHA256
        }
    }

    @Test func `no condition at all matches nobody`() {
        #expect(Selectors().isEmpty)
        #expect(!Selectors().match(Self.peer))
    }

    @Test func `of all combinations of absent, equal and different, those without a different one match`() {
        var matching = 0
        for combination in 0..<729 {
            var code = combination
            var parts: [Selectors] = []
            var isMet = combination != 0
            for selector in Self.selectors {
                switch code % 3 {
                case 1: parts.append(selector.met)
                case 2:
                    parts.append(selector.unmet[0])
                    isMet = false
                default: break
                }
                code /= 3
            }
            #expect(join(parts).match(Self.peer) == isMet, "\(join(parts))")
            if isMet { matching += 1 }
        }
        #expect(matching == 63)
    }

    @Test func `what is only nearly equal does not match`() {
        for selector in Self.selectors {
            #expect(selector.met.match(Self.peer), "\(selector.name)")
            for other in selector.unmet { #expect(!other.match(Self.peer), "\(other)") }
        }
    }

    @Test func `the primary group is a group too, and a supplementary one is no gid`() {
        #expect(Selectors(group: 1002).match(Self.peer))
        #expect(Selectors(group: 4).match(Self.peer))
        #expect(!Selectors(gid: 1005).match(Self.peer))
    }

    @Test func `what the daemon cannot read never matches, not even beside what it can`() {
        var unreadable = Self.peer
        unreadable.unit = nil
        unreadable.executable = nil
        var halfReadable = Self.peer
        halfReadable.executable = .init(path: nil, device: 1, inode: 2, sha256: nil)
        for selectors in [
            Selectors(unit: "mcp-github.service"), Selectors(executable: "/usr/bin/mcp-github"),
            Selectors(executableSHA256: Self.hash), Selectors(unit: ""), Selectors(executable: ""),
            Selectors(executableSHA256: ""),
        ] {
            var withUser = selectors
            withUser.uid = 1001
            #expect(!selectors.match(unreadable), "\(selectors)")
            #expect(!withUser.match(unreadable), "\(withUser)")
        }
        #expect(!Selectors(executable: "/usr/bin/mcp-github").match(halfReadable))
        #expect(!Selectors(executableSHA256: Self.hash).match(halfReadable))
        #expect(!Selectors(uid: 1001, executableSHA256: Self.hash).match(halfReadable))
    }

    @Test func `a peer without supplementary groups has its primary group alone`() {
        var lonely = Self.peer
        lonely.groups = []
        #expect(!Selectors(group: 1005).match(lonely))
        #expect(Selectors(group: 1002).match(lonely))
    }

    @Test func `a person shares a user with a server unless its uid is another one`() {
        #expect(Selectors(uid: 1001).couldMatch(uid: 1001))
        #expect(!Selectors(uid: 1001).couldMatch(uid: 1002))
        #expect(Selectors(unit: "mcp-github.service").couldMatch(uid: 1002))
    }
}

@Suite struct AttestationTests {
    @Test func `a pidfd says more than a start time, and that more than a uid`() {
        #expect([Peer.Attestation.pidfd, .uid, .starttime].sorted() == [.uid, .starttime, .pidfd])
        #expect(Peer.Attestation.allCases.sorted() == [.uid, .starttime, .pidfd])
    }

    @Test func `a token is bound to pid, start, pidfd, user and unit, not to the executable or groups`() {
        let peer = Peer(
            pid: 42,
            uid: 1001,
            gid: 1002,
            groups: [4],
            startTime: 77,
            pidfdInode: 9,
            unit: "a.service",
            executable: .init(path: "/bin/a", device: 1, inode: 2, sha256: nil),
            attestation: .pidfd
        )
        let changes: [(String, Bool, (inout Peer) -> Void)] = [
            ("pid", false, { $0.pid = 43 }), ("start", false, { $0.startTime = 78 }),
            ("user", false, { $0.uid = 1002 }),
            ("pidfd", false, { $0.pidfdInode = nil }), ("unit", false, { $0.unit = nil }),
            ("group", true, { $0.groups = [] }), ("executable", true, { $0.executable = nil }),
        ]
        for (name, isSame, change) in changes {
            var other = peer
            change(&other)
            #expect((other.process == peer.process) == isSame, "\(name)")
        }
    }
}
