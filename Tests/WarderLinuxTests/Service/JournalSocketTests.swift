import Glibc
import Testing

@testable import WarderLinux

@Suite("The journal's protocol")
struct JournalSocketTests {
    @Test("a value stands behind its name, and one with a line feed behind its length")
    func entry() {
        let entry = JournalSocket.entry([("MESSAGE", Array("a=b".utf8)), ("TEXT", Array("x\ny".utf8))])
        #expect(entry == Array("MESSAGE=a=b\nTEXT\n".utf8) + [3, 0, 0, 0, 0, 0, 0, 0] + Array("x\ny\n".utf8))
    }

    @Test("an entry is one datagram; one that is too large is refused whole")
    func send() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("journal")
        let receiver = try PeerListener.datagram(path)
        defer { close(receiver) }
        let journal = try JournalSocket(path: path)
        try journal.send([("A", [UInt8](repeating: 65, count: 100_000))])
        var buffer = [UInt8](repeating: 0, count: 200_000)
        #expect(unsafe recv(receiver, &buffer, buffer.count, 0) == 100_003)
        #expect(throws: (any Error).self) { try journal.send([("A", [UInt8](repeating: 65, count: 1 << 20))]) }
    }
}
