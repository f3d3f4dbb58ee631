@testable import UpstreamProxy

extension Harness {
    /// What a server elsewhere says, as a stream of events or as one message. The first byte says which it is; of a stream the
    /// next two say how long an event may be, and where it is cut.
    static let remote = Harness("remote") { input in
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "e"): try follow(rest)
        case UInt8(ascii: "m"): try carry(Array(rest.rest))
        default: return
        }
    }

    private struct Told: Equatable {
        var events: [EventStream.Event] = []
        var lastID: String?
        var pause = 0
        var held = 0
    }

    private static func follow(_ input: Input) throws {
        var rest = input
        let word = rest.word()
        let (limit, size) = (16 + word >> 8, 1 + word & 0xFF)
        let bytes = Array(rest.rest)
        /// `nil` where an event was longer.
        func told(_ size: Int) -> Told? {
            var stream = EventStream(limit: limit)
            var told = Told()
            var left = bytes[...]
            while !left.isEmpty {
                guard let events = try? stream.next(left.prefix(size)) else { return nil }
                told.events += events
                left = left.dropFirst(size)
            }
            (told.lastID, told.pause, told.held) = (stream.lastID, stream.pause, stream.held)
            return told
        }
        let whole = told(max(bytes.count, 1))
        try hold(told(size) == whole && told(1) == whole, "a cut changes nothing")
        guard let whole else { return }
        try hold(whole.events.map(\.data) == data(of: bytes), "another reader reads the same")
        try hold(whole.held <= limit && whole.events.allSatisfy { $0.data.count <= limit }, "an event has a length")
        try hold((100...60_000).contains(whole.pause), "the next attempt is neither at once nor never")
        let id = whole.lastID ?? "-"
        try hold(!id.isEmpty && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "an id can stand in a header")
    }

    /// The data of the events, read line by line.
    private static func data(of bytes: [UInt8]) -> [[UInt8]] {
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        var events: [[UInt8]] = []
        var lines: [[UInt8]] = []
        while let end = text.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
            let line = text[..<end]
            text = text[end...].dropFirst(text[end...].starts(with: [0x0D, 0x0A]) ? 2 : 1)
            if line.isEmpty {
                if !lines.isEmpty { events.append(Array(lines.joined(separator: [0x0A]))) }
                lines = []
            } else if line.elementsEqual("data".utf8) {
                lines.append([])
            } else if line.starts(with: "data:".utf8) {
                let value = line.dropFirst(5)
                lines.append(Array(value.first == 0x20 ? value.dropFirst() : value))
            }
        }
        return events
    }

    private static func carry(_ bytes: [UInt8]) throws {
        guard let message = try? RemoteMessage(bytes) else { return }
        try hold(!message.line.contains { $0 == 0x0A || $0 == 0x0D }, "a message is one line")
        try hold((try? RemoteMessage(message.line))?.kind == message.kind, "on one line it says the same")
        guard case .request(let id, _) = message.kind else { return }
        let error = try RemoteMessage(RemoteMessage.error(id, code: -32603, "no"))
        try hold(error.kind == .answer(id: id, isError: true), "an error with a request's id answers it")
    }
}
