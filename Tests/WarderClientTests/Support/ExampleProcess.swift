import Foundation
import Testing

/// A built example program, started with an environment as bare as the one that MCP clients pass on.
final class ExampleProcess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffered: [UInt8] = []

    init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        // The tests' own program lies beside the others.
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: own).deletingLastPathComponent().appending(path: name)
        process.arguments = arguments
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]
            .merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    var processID: Int32 { process.processIdentifier }

    func send(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// The next line of output; `nil` at its end, or after twenty seconds without one.
    func nextLine() async -> String? {
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffered.removeFirst(end + 1) }
                return String(decoding: buffered[..<end], as: UTF8.self)
            }
            let bytes = await Self.read(output.fileHandleForReading.fileDescriptor)
            guard !bytes.isEmpty else { return nil }
            buffered += bytes
        }
    }

    /// The next line as JSON.
    func nextMessage(sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String: Any] {
        let line = try #require(await nextLine(), sourceLocation: sourceLocation)
        let message = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(message, sourceLocation: sourceLocation)
    }

    func closeInput() throws {
        try input.fileHandleForWriting.close()
    }

    /// Waits for the program's end and tells its exit status.
    func exitStatus() async -> Int32 {
        let process = UncheckedBox(process)
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                process.value.waitUntilExit()
                continuation.resume(returning: process.value.terminationStatus)
            }
        }
    }

    func stop() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    private static func read(_ descriptor: Int32) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var bytes = [UInt8](repeating: 0, count: 65_536)
                var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let count = unsafe poll(&ready, 1, 20_000) == 1 ? unsafe Glibc.read(descriptor, &bytes, bytes.count) : 0
                continuation.resume(returning: Array(bytes.prefix(max(count, 0))))
            }
        }
    }
}

/// `Process` is not Sendable, and waiting for one on another thread is all that is done with it here.
private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
