import Foundation
import Glibc
import Testing

@testable import WarderLinux

/// What the kernel's lists of children say, and what they do not.
@Suite struct ListedChildrenTests {
    private static func list(_ text: String) throws -> ListedChildren {
        let path = FileManager.default.temporaryDirectory.path + "/children-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return ListedChildren(reading: path)
    }

    @Test("numbers, and none")
    func short() throws {
        let some = try Self.list("12 345 6 ")
        #expect(some.pids == [12, 345, 6] && some.isWhole)
        let none = try Self.list("")
        #expect(none.pids.isEmpty && none.isWhole)
    }

    @Test("a list that cannot be read is not an empty one")
    func unreadable() {
        let list = ListedChildren(reading: "/proc/self/task/0/children")
        #expect(list.pids.isEmpty && !list.isWhole)
        var all = ListedChildren()
        #expect(all.isWhole)
        all.add(list)
        #expect(!all.isWhole)
    }

    @Test("of a list that is too long the first numbers count, each whole, and there are others")
    func long() throws {
        let numbers = (100_000..<150_000).map { Int32($0) }
        let list = try Self.list(numbers.map { "\($0) " }.joined())
        #expect(!list.isWhole && list.pids.count > 30_000)
        #expect(list.pids == Array(numbers.prefix(list.pids.count)), "no number is cut off in the middle")
    }

    @Test("this process's own children are listed, until they are waited for")
    func own() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["1000"]
        try child.run()
        #expect(Descendants.children().pids.contains(child.processIdentifier) && Descendants.children().isWhole)
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        #expect(!Descendants.children().pids.contains(child.processIdentifier))
    }
}
