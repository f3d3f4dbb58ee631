import Testing
import WarderLinux

@Suite("User numbers that mean something")
struct IdentityMapTests {
    private static let everything = Array("         0          0 4294967295\n".utf8)
    private static let itself = Array("         0       1000          1\n".utf8)
    private static let container = Array("         0     100000      65536\n".utf8)

    private func admits(_ map: IdentityMap, pid: Int32 = 1, uid: UInt32 = 0, gid: UInt32 = 0) -> Bool {
        (try? map.admit(PeerCredentials(pid: pid, uid: uid, gid: gid))) != nil
    }

    @Test("in the initial namespace 65534 is a user, and 4294967295 is nobody")
    func initial() {
        let map = IdentityMap(userMap: Self.everything, groupMap: Self.everything)
        #expect(admits(map, uid: 65534, gid: 65534))
        #expect(!admits(map, uid: .max))
        #expect(!admits(map, gid: .max))
    }

    @Test("a map of everything in pieces is everything")
    func pieces() {
        let pieces = Array("0 0 1000\n1000 1000 4294966295\n".utf8)
        #expect(admits(IdentityMap(userMap: pieces, groupMap: pieces), uid: 65534, gid: 65534))
    }

    @Test(
        "where any number is not mapped, 65534 may be anybody",
        arguments: [itself, container, [], Array("odd".utf8)]
    )
    func partial(map: [UInt8]) {
        let users = IdentityMap(userMap: map, groupMap: Self.everything)
        #expect(!admits(users, uid: 65534))
        #expect(admits(users, uid: 0, gid: 65534))
        let groups = IdentityMap(userMap: Self.everything, groupMap: map)
        #expect(!admits(groups, gid: 65534))
        #expect(admits(groups, uid: 65534))
    }

    @Test("an unreadable map counts as one that maps nothing")
    func unreadable() {
        #expect(!admits(IdentityMap(userMap: nil, groupMap: nil), uid: 65534))
    }

    @Test("the overflow number of the machine is the one that counts")
    func otherOverflow() {
        let map = IdentityMap(userMap: Self.itself, groupMap: Self.itself, overflowUser: 99, overflowGroup: 98)
        #expect(!admits(map, uid: 99))
        #expect(!admits(map, gid: 98))
        #expect(admits(map, uid: 65534, gid: 65534))
    }

    @Test("no process number, no peer", arguments: [0, -1, Int32.min])
    func processes(pid: Int32) {
        #expect(!admits(IdentityMap(userMap: Self.everything, groupMap: Self.everything), pid: pid))
    }

    @Test("groups without meaning are left out, the others come ascending and once")
    func groups() {
        let map = IdentityMap(userMap: Self.itself, groupMap: Self.itself)
        #expect(map.confirmed([65534, 9, 3, 9, .max]) == [3, 9])
        let initial = IdentityMap(userMap: Self.everything, groupMap: Self.everything)
        #expect(initial.confirmed([65534, 9, 3]) == [3, 9, 65534])
    }
}
