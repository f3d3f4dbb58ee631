import Foundation

/// A server that runs for as long as it is measured.
final class ChildProcess {
    private let process = Process()
    private let scratch: Scratch
    private let log: String
    var id: Int32 { process.processIdentifier }

    /// Starts it. What the server says goes into a file of this name.
    init(_ program: String, _ arguments: [String], name: String, in scratch: Scratch) throws {
        self.scratch = scratch
        log = scratch.disk + "/\(name).log"
        try Data().write(to: URL(fileURLWithPath: log))
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let file = FileHandle(forWritingAtPath: log)
        process.standardOutput = file
        process.standardError = file
        try process.run()
        scratch.add(process: id)
    }

    /// Waits until the server listens.
    func waitForSocket(_ path: String) async throws {
        for _ in 0..<20_000 {
            if UnixSocket.accepts(path) { return }
            guard process.isRunning else { break }
            try await Task.sleep(for: .microseconds(500))
        }
        throw Failure("the server does not listen:\n" + lastWords())
    }

    /// What the server has said, for whoever has to find out why it failed.
    func lastWords() -> String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }

    /// Asks the server to stop and waits until it has.
    func stop() {
        process.terminate()
        process.waitUntilExit()
        scratch.remove(process: id)
    }

    /// Runs a program to its end. Nothing is written to its standard input, which ends with `work`.
    /// - Returns: what it wrote to standard output, at most what a pipe holds. What it writes to standard error goes where
    ///   ours goes.
    static func output(
        of program: String,
        _ arguments: [String],
        during work: () throws -> Void = {}
    ) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let input = Pipe()
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer { try? input.fileHandleForWriting.close() }
        try work()
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let name = URL(fileURLWithPath: program).lastPathComponent
            throw Failure("\(name) ended with status \(process.terminationStatus); its figures would be worth nothing")
        }
        return data
    }
}
