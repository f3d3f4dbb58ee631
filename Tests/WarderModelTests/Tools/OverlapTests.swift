import Testing
import WarderModel

@Suite("Overlap of selectors")
struct OverlapTests {
    @Test("what one process has one of keeps two servers apart, in either order")
    func apart() {
        let pairs: [(Selectors, Selectors)] = [
            (Selectors(uid: 1), Selectors(uid: 2)),
            (Selectors(gid: 1), Selectors(gid: 2)),
            (Selectors(uid: 1, unit: "a.service"), Selectors(uid: 1, unit: "b.service")),
            (Selectors(executable: "/a"), Selectors(executable: "/b")),
            (Selectors(executableSHA256: "aa"), Selectors(uid: 1, executableSHA256: "bb")),
        ]
        for (one, other) in pairs {
            #expect(!one.couldMatch(sameProcessAs: other))
            #expect(!other.couldMatch(sameProcessAs: one))
        }
    }

    @Test("equal conditions, conditions on different things and groups do not")
    func overlapping() {
        let pairs: [(Selectors, Selectors)] = [
            (Selectors(uid: 1), Selectors(uid: 1)),
            (Selectors(uid: 1001), Selectors(uid: 1001, unit: "a.service")),
            (Selectors(uid: 1), Selectors(executable: "/a")),
            (Selectors(uid: 1, group: 5), Selectors(uid: 1, group: 6)),
            (Selectors(gid: 1), Selectors(group: 2)),
        ]
        for (one, other) in pairs {
            #expect(one.couldMatch(sameProcessAs: other))
            #expect(other.couldMatch(sameProcessAs: one))
        }
    }
}
