import Testing

@testable import WarderCore

/// Records are found by key and by place, and by both the same.
@Suite("Shelf")
struct ShelfTests {
    private struct Book: Shelved, Equatable {
        let name: String
        let place: Int
    }

    @Test("what is put, put elsewhere and taken away is found where it is, and nowhere else")
    func places() {
        var shelf = Shelf<String, Book>()
        shelf["a"] = Book(name: "a", place: 1)
        shelf["b"] = Book(name: "b", place: 1)
        #expect(Set(shelf[at: 1].map(\.name)) == ["a", "b"] && shelf[at: 2].isEmpty)
        shelf["a"] = Book(name: "a", place: 2)
        #expect(shelf[at: 1].map(\.name) == ["b"] && shelf[at: 2].map(\.name) == ["a"])
        shelf["a"] = nil
        #expect(shelf[at: 2].isEmpty && shelf.count == 1 && shelf["a"] == nil)
        shelf["b"] = nil
        #expect(shelf.isEmpty && shelf[at: 1].isEmpty)
    }
}
