import Foundation

/// A run of `warder` to its end.
struct MeasuredCommand {
    let seconds: Double
    /// The most memory that it had, in bytes.
    let peak: Int

    /// - Throws: `Failure` with what it said, where it failed.
    init(_ arguments: [String], programs: Programs, scratch: Scratch) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programs.warder)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let said = Pipe()
        process.standardError = said
        let clock = ContinuousClock()
        let begin = clock.now
        try process.run()
        scratch.add(process: process.processIdentifier)
        var peak = 0
        while process.isRunning {
            if let memory = try? ProcessMemory(of: process.processIdentifier) { peak = max(peak, memory.peak) }
            usleep(10_000)
        }
        seconds = (clock.now - begin).inSeconds
        self.peak = peak
        scratch.remove(process: process.processIdentifier)
        guard process.terminationStatus == 0 else {
            let words = String(decoding: try said.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            throw Failure("warder \(arguments.prefix(2).joined(separator: " ")) failed: \(words)")
        }
    }
}
