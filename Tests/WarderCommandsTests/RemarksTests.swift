import Glibc
import Testing

@testable import WarderCommands

@Suite("What is said beside other work")
struct RemarksTests {
    @Test(
        "nobody waits for standard error: what has no room waits, up to a bound, and is dropped at the end",
        .timeLimit(.minutes(3))
    )
    func unread() throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        defer { close(ends[0]) }
        let page = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        var filled = 0
        while unsafe write(ends[1], page, page.count) > 0 { filled += page.count }
        _ = fcntl(ends[1], F_SETFL, 0)

        let remarks = Remarks(ends[1])
        for number in 0..<200 { remarks.say("line \(number)", hints: ["hint"]) }
        remarks.finish()
        // It is read after all.
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !String(decoding: bytes.dropFirst(filled), as: UTF8.self).contains("line 63\n  hint\n") {
            let count = unsafe read(ends[0], &buffer, buffer.count)
            try #require(count > 0)
            bytes += buffer[..<count]
        }
        remarks.say("later")
        remarks.finish()
        close(ends[1])
        while case let count = unsafe read(ends[0], &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        let lines = String(decoding: bytes.dropFirst(filled), as: UTF8.self).split(separator: "\n")
        let expected = (0..<64).flatMap { ["warder: line \($0)", "  hint"] } + ["warder: later"]
        #expect(lines.map(String.init) == expected)
    }
}
