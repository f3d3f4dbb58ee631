import FoundationEssentials
import Glibc
import Logging
import StrictJSON
import WarderConfiguration
import WarderModel

/// Lines on standard error, where the service manager collects them. What is in the audit log is not repeated here.
struct DaemonLog: LogHandler {
    let format: DaemonConfiguration.Log.Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(format: DaemonConfiguration.Log.Format, level: Logger.Level) {
        self.format = format
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var json = JSONBuffer(capacity: 256)
        switch format {
        case .json:
            json.beginObject()
            json.field("time", SystemClock().now().wall.description)
            json.field("level", event.level.rawValue)
            json.field("message", event.message.description)
            for (key, value) in fields {
                json.key(text: key)
                json.string(value.description)
            }
            json.endObject()
            write(json.bytes)
        case .text:
            // Every text goes through the JSON writer's escapes: a line stays one line, and drives no terminal.
            var line = Array("\(event.level.rawValue): \(Self.escaped(event.message.description))".utf8)
            for (key, value) in fields { line += Array(" \(key)=\(Self.escaped(value.description))".utf8) }
            write(line)
        }
    }

    private static func escaped(_ text: String) -> String {
        var json = JSONBuffer(capacity: text.utf8.count + 2)
        json.string(text)
        return String(decoding: json.bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    private func write(_ line: [UInt8]) {
        let bytes = line + [0x0A]
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
