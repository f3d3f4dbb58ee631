import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderDaemon

@Suite("Checkpoints in the journal") struct CheckpointEntryTests {
    private static let note = "warder.log/x\n7\ncm9vdA==\n\n— warder.log/x c2ln\n"
    private let entry = CheckpointEntry(
        StoredCheckpoint(size: 7, time: Timestamp(milliseconds: 0), note: Array(Self.note.utf8))
    )

    @Test("an entry has the whole note, what it says in a line, and nothing of what happened")
    func fields() {
        let fields = Dictionary(
            uniqueKeysWithValues: entry.fields.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }
        )
        #expect(fields["WARDER_CHECKPOINT"] == Self.note)
        #expect(fields["MESSAGE"] == "the log has 7 events, root cm9vdA==")
        #expect(fields["SYSLOG_IDENTIFIER"] == "warder-checkpoint" && fields["WARDER_SIZE"] == "7")
    }

    @Test("it arrives where a journal listens, and nothing happens where none does")
    func sent() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("journal")
        entry.send(to: path)
        let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(receiver) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let bound = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        entry.send(to: path)
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        #expect(count > 0)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        #expect(text.contains("SYSLOG_IDENTIFIER=warder-checkpoint\n") && text.contains("cm9vdA=="))
    }
}

@Suite("How far the sinks are") struct SinkReachTests {
    @Test("the slowest sink counts, one that has yet to say how far it is has nothing, and without sinks nobody waits")
    func lowest() {
        let reach = SinkReach()
        #expect(reach.lowest == nil)
        reach.expect(.file)
        reach.expect(.journal)
        reach.set(.file, 9)
        #expect(reach.lowest == 0)
        reach.set(.journal, 4)
        #expect(reach.lowest == 4)
    }
}
