import Foundation
import Glibc
import Testing
import WarderLinux

@Suite("The line of /proc/PID/stat")
struct ProcessStatTests {
    private func line(name: String, state: String = "S", parent: String = "7", start: String = "123456") -> String {
        "4242 (\(name)) \(state) \(parent) 1 1 0 -1 4194560 90 0 0 0 5 6 0 0 20 0 1 0 \(start) 2437120 200 99\n"
    }

    @Test(
        "the name of the process cannot move the fields",
        arguments: [
            "sh", "", " ", ")", "a) S 1 1 1", "(((", ") R 99999 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 777 ", "\n", "é",
        ]
    )
    func hostileNames(name: String) {
        let stat = ProcessStat(parsing: line(name: name).utf8)
        #expect(stat?.startTime == 123_456)
        #expect(stat?.state == UInt8(ascii: "S"))
        #expect(stat?.parent == 7)
        #expect(stat?.hasEnded == false)
    }

    @Test("a running process with a hostile name is read right")
    func live() throws {
        let process = try PeerProcess()
        let before = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process.pid)/stat"))
        try process.tell("rename-thread ))x)R")
        let after = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process.pid)/stat"))
        #expect(after.range(of: Data("())x)R)".utf8)) != nil)
        #expect(ProcessStat(parsing: after)?.startTime == ProcessStat(parsing: before)?.startTime)
        #expect(ProcessStat(parsing: after)?.parent == getpid())
    }

    @Test(
        "processes that have ended are told apart",
        arguments: [("Z", true), ("X", true), ("R", false), ("T", false)]
    )
    func ended(state: String, hasEnded: Bool) {
        #expect(ProcessStat(parsing: line(name: "x", state: state).utf8)?.hasEnded == hasEnded)
    }

    @Test(
        "a line that the kernel would not write is refused",
        arguments: [
            "", "4242 sh S 7", "4242 (sh) S 7 1 1", "4242 (sh)", ")",
            "4242 (sh) SS 7 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 1 0 5 0",
        ]
    )
    func malformed(text: String) {
        #expect(ProcessStat(parsing: text.utf8) == nil)
    }

    @Test(
        "a start time that is no number of 64 bits is refused",
        arguments: ["-1", "x", "18446744073709551616", "1.0", "+1"]
    )
    func startTimes(text: String) {
        #expect(ProcessStat(parsing: line(name: "x", start: text).utf8) == nil)
    }

    @Test("the greatest start time is read")
    func greatest() {
        #expect(ProcessStat(parsing: line(name: "x", start: "18446744073709551615").utf8)?.startTime == .max)
    }

    @Test(
        "the effective user is the second of the line",
        arguments: [
            ("Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n", 2), ("Uid:\t0\t4294967294\t0\t0\n", 4_294_967_294),
            ("Name:\tUid:\nUid:\t1\t2\t3\n", nil), ("Gid:\t5\t6\t7\t8\n", nil), ("", nil), ("Uid:\t1\t-2\t3\t4\n", nil),
        ] as [(String, UInt32?)]
    )
    func effectiveUser(text: String, user: UInt32?) {
        #expect(ProcessStat.effectiveUser(inStatus: text.utf8) == user)
    }
}
