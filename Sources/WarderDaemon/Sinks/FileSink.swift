import StrictJSON
import SystemPackage
import WarderCore
import WarderLinux

/// Events in a file, a line each, as an export writes them. When the file is moved away, a new one begins.
struct FileSink: EventSink {
    private static let mode: UInt32 = 0o640

    private let path: String
    private var file: LineFile?

    /// - Parameter path: Absolute, in a directory that is there.
    init(path: String) { self.path = path }

    mutating func take(_ events: [NumberedEvent]) throws {
        var lines: [UInt8] = []
        lines.reserveCapacity(events.reduce(0) { $0 + ($1.canonical?.count ?? 128) + 1 })
        for event in events {
            lines += event.line
            lines.append(UInt8(ascii: "\n"))
        }
        try current().append(lines)
    }

    mutating func newest() throws -> UInt64? {
        guard let line = try current().lastLine(), let event = EventDocument.read(line),
            let number = try? event.root.member("seq")?.int()
        else { return nil }
        return UInt64(exactly: number)
    }

    /// The file under the path, opened again when another one lies there by now.
    private mutating func current() throws(Errno) -> LineFile {
        if let file, file.isUnderItsName { return file }
        let opened = try LineFile(path: path, mode: Self.mode)
        file = opened
        return opened
    }
}
