/// Reads a stream of server-sent events, however its pieces were cut.
struct EventStream {
    /// What the server sent, its lines joined.
    struct Event: Equatable {
        /// Empty where the event has no name.
        var name = ""
        var data: [UInt8] = []
    }

    /// An event is longer than what is kept.
    struct TooLong: Error {}

    /// What a server may ask by `retry`, in milliseconds.
    private static let pauses = 100...60_000
    private static let mostID = 1024

    /// Names the last event for a server that can go on behind it; `nil` where none had a name, or one that stands in no
    /// header.
    private(set) var lastID: String?
    /// How long to wait before the stream is asked for again, in milliseconds.
    private(set) var pause = 1000
    /// How many events have come.
    private(set) var count = 0

    private let limit: Int
    private var line: [UInt8] = []
    private var event = Event()
    private var hasData = false
    private var isAfterReturn = false
    private var isFirstLine = true

    /// - Parameter limit: of an event and of a line, in bytes.
    init(limit: Int) { self.limit = limit }

    /// The stream that goes on where another one ended.
    init(after other: EventStream) {
        self.init(limit: other.limit)
        lastID = other.lastID
        pause = other.pause
    }

    /// Bytes of the event that is not complete.
    var held: Int { line.count + event.data.count }

    /// The events that are complete with `bytes`.
    mutating func next(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            defer { isAfterReturn = byte == UInt8(ascii: "\r") }
            switch byte {
            case UInt8(ascii: "\n") where isAfterReturn: continue
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): if let event = endLine() { events.append(event) }
            default:
                guard line.count + event.data.count < limit else { throw TooLong() }
                line.append(byte)
            }
        }
        return events
    }

    /// Takes a line; answers the event that an empty one ends.
    private mutating func endLine() -> Event? {
        if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        isFirstLine = false
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            defer { (event, hasData) = (Event(), false) }
            guard hasData else { return nil }
            count += 1
            return event
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        take(String(decoding: line[..<colon], as: UTF8.self), value)
        return nil
    }

    private mutating func take(_ field: String, _ value: ArraySlice<UInt8>) {
        switch field {
        case "data":
            if hasData { event.data.append(UInt8(ascii: "\n")) }
            event.data += value
            hasData = true
        case "event": event.name = String(decoding: value, as: UTF8.self)
        case "id":
            let isUsable = value.count <= Self.mostID && !value.isEmpty && FieldText.isVisible(value)
            lastID = isUsable ? String(decoding: value, as: UTF8.self) : nil
        case "retry":
            if value.count <= 9, let wanted = Int(String(decoding: value, as: UTF8.self)) {
                pause = min(max(wanted, Self.pauses.lowerBound), Self.pauses.upperBound)
            }
        // Comments, which keep a connection alive, and what later versions may have.
        default: return
        }
    }
}
