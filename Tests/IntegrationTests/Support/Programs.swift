import Foundation

/// The programs of this build: they lie beside the test program.
enum Programs {
    /// `WARDER_PROGRAMS` names another directory, to test installed programs.
    static let directory: String = {
        if let other = ProcessInfo.processInfo.environment["WARDER_PROGRAMS"] { return other }
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().path
    }()

    static func path(_ name: String) -> String { directory + "/" + name }
}

/// A user that is nobody of the vault's: the second real uid of the tests.
enum Stranger {
    static let uid: UInt32 = 65534
}

/// What a finished program left.
struct ProgramResult {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs programs to their end.
enum Program {
    /// `uid`: another user to run as; the tests run as root.
    static func run(
        _ path: String,
        _ arguments: [String],
        uid: UInt32? = nil,
        input: String = "",
        environment: [String: String]? = nil
    ) throws -> ProgramResult {
        let process = Process()
        if let uid {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
            process.arguments =
                ["--reuid", String(uid), "--regid", String(uid), "--clear-groups", path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
        }
        if let environment { process.environment = environment }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        let errors = stderr.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return ProgramResult(
            status: process.terminationStatus,
            output: String(decoding: output, as: UTF8.self),
            errors: String(decoding: errors, as: UTF8.self)
        )
    }

    /// Runs a Python script with arguments; peers that misbehave are easiest to write so.
    static func python(_ script: String, _ arguments: [String] = [], uid: UInt32? = nil) throws -> ProgramResult {
        try run("/usr/bin/env", ["python3", "-c", script] + arguments, uid: uid)
    }
}
