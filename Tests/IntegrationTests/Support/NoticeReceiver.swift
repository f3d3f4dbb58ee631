import Foundation
import Glibc
import Testing

/// The receiver of docs/operations/notices.md, as it stands there.
final class NoticeReceiver {
    let port: Int
    private let process: Process
    private let output: String

    /// `folder`: where its text and what it says are kept.
    init(key: String, in folder: String) throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/operations/notices.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let script = try #require(
            text.components(separatedBy: "```python\n").last?.components(separatedBy: "```").first
        )
        let output = folder + "/receiver.txt"
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/receiver.py"))
        try Data().write(to: URL(fileURLWithPath: output))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", folder + "/receiver.py", "0", key]
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        self.output = output
        port = try Self.port(in: output)
    }

    /// What it listens at, as it says itself.
    private static func port(in output: String) throws -> Int {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let said = try String(contentsOfFile: output, encoding: .utf8)
            if said.contains("\n"), let port = said.split(whereSeparator: \.isWhitespace).last.flatMap({ Int($0) }) {
                return port
            }
            usleep(20_000)
        }
        throw NotListening()
    }

    private struct NotListening: Error {}

    func stop() { kill(process.processIdentifier, SIGKILL) }

    /// What it has printed: the text of every notice that it believed.
    var said: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }
}
