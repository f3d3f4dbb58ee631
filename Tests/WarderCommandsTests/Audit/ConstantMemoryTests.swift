import Foundation
import Glibc
import Testing
import WarderModel

@testable import WarderCommands

/// An export and its verification need the same memory for a log of any length: real processes, measured by the kernel.
@Suite("Memory of exports")
struct ConstantMemoryTests {
    /// Of a process that ended, in bytes.
    private static func peak(_ arguments: [String], input: String? = nil) throws -> (status: Int32, bytes: Int) {
        let measure = """
            import resource, subprocess, sys
            status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", measure, try BuiltProgram.path()] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        try #require(numbers.count == 2, "\(text)")
        return (Int32(numbers[0]), numbers[1] << 10)
    }

    /// Twice as much as two runs of the same differ by, and less than half of the bytes that go through.
    private static let allowance = 1 << 20
    private static let many = 3_000

    @Test("2.7 MB of events leave an export as small as a few", arguments: ["jsonl", "csv", "ocsf"])
    func exporting(_ format: String) throws {
        let line = String(decoding: try SampleEvent.line(SampleEvent.full(.secretResolve)), as: UTF8.self) + "\n"
        func peak(_ count: Int) throws -> Int {
            let pieces = (0..<count / 100).map { _ in String(repeating: line, count: 100) }
            let stub = try StubVault([.chunked(pieces)])
            defer { stub.stop() }
            let arguments = ["audit", "export", "--format", format, "--output-file", "-", "--socket", stub.path]
            let (status, bytes) = try Self.peak(arguments)
            #expect(status == 0)
            return bytes
        }
        let (few, many) = (try peak(100), try peak(Self.many))
        #expect(many - few < Self.allowance, "\(few) and \(many) bytes")
    }

    @Test("2.7 MB of events leave a verification as small as a few")
    func verifying() throws {
        let folder = try TemporaryFolder()
        func peak(_ count: Int) throws -> Int {
            let log = try SignedLog(count: count)
            let path = folder.file("\(count)")
            try Data(log.file).write(to: URL(filePath: path))
            try Data(try log.manifest()).write(to: URL(filePath: path + ".manifest"))
            let (status, bytes) = try Self.peak(["audit", "verify", path, "--key", log.key])
            #expect(status == 0)
            return bytes
        }
        let (few, many) = (try peak(100), try peak(Self.many))
        #expect(many - few < Self.allowance, "\(few) and \(many) bytes")
    }
}
