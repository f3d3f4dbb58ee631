import Testing

@testable import WarderCore

@Suite struct ArgumentChangeTests {
    @Test("every argument that differs is named, whatever holds it")
    func changes() {
        let before = #"{"a":{"b":[1,2]},"c":"x","gone":null,"same":true}"#
        let after = #"{"a":{"b":[1,3,4]},"c":"x","new/~key":{},"same":true}"#
        #expect(
            ArgumentChange.between(before, after) == [
                ArgumentChange(pointer: "/a/b/1", before: "2", after: "3"),
                ArgumentChange(pointer: "/a/b/2", before: nil, after: "4"),
                ArgumentChange(pointer: "/gone", before: "null", after: nil),
                ArgumentChange(pointer: "/new~1~0key", before: nil, after: "{}"),
            ]
        )
    }

    @Test("equal arguments have no difference, and one side alone cannot be compared")
    func edges() {
        #expect(ArgumentChange.between("{}", "{}") == [])
        #expect(ArgumentChange.between(nil, nil) == [])
        #expect(ArgumentChange.between(nil, "{}") == nil)
        #expect(ArgumentChange.between("1", "2") == [ArgumentChange(pointer: "", before: "1", after: "2")])
    }

    @Test("a value that became a container differs in both ways")
    func shapes() {
        #expect(
            ArgumentChange.between(#"{"a":1}"#, #"{"a":[1]}"#) == [
                ArgumentChange(pointer: "/a", before: "1", after: nil),
                ArgumentChange(pointer: "/a/0", before: nil, after: "1"),
            ]
        )
    }
}
