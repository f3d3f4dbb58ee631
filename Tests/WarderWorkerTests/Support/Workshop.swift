import Foundation
import Glibc
import SecretMemory
import StrictJSON
import WarderWire

/// Something that a test needs could not be had; never a reason to pass.
struct Unprepared: Error, CustomStringConvertible {
    let description: String
}

/// A temporary folder with hooks and a configuration that names them.
final class Workshop: Sendable {
    /// Absolute, short enough for the path of a socket.
    let path: String

    init() throws {
        var template = Array("/tmp/warder-worker-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw Unprepared(description: "no temporary folder: error \(errno)") }
        path = made
        _ = unsafe chmod(path, 0o755)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    var configuration: String { file("warder.yaml") }

    /// Writes a file.
    @discardableResult
    func write(_ text: String, to name: String, mode: UInt32 = 0o644) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        guard unsafe chmod(file(name), mode) == 0 else { throw Unprepared(description: "chmod: error \(errno)") }
        return file(name)
    }

    /// Writes a hook for the shell, and a configuration with it as `worker.hooks.h`.
    @discardableResult
    func hook(_ script: String, settings: String = "", mode: UInt32 = 0o755) throws -> String {
        let path = try write("#!/bin/sh\n\(script)\n", to: "hook", mode: mode)
        try configure("  hooks:\n    h: {program: \(path)\(settings.isEmpty ? "" : ", " + settings)}")
        return path
    }

    /// Writes the section of the worker, indented by two spaces.
    func configure(_ lines: String) throws {
        try write("worker:\n\(lines)\n", to: "warder.yaml")
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }

    /// Waits until a file is there and not empty, for two minutes at most.
    func written(_ name: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            if let text = text(name), !text.isEmpty { return text }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Unprepared(description: "\(name) was not written")
    }
}

/// The program of this build: it lies beside the test program.
enum Program {
    static func path(_ name: String) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().path + "/" + name
    }
}

extension Job {
    /// A job for `exec:h` unless said otherwise.
    static func sample(
        _ step: JobStep,
        rotator: String = "exec:h",
        timeout: Int = 20,
        settings: [String: String] = [:],
        current: [String: String]? = ["password": "current-value-Q7"],
        candidate: [String: String]? = ["password": "candidate-value-Z9"],
        retiring: [String: String]? = nil,
        helper: [String: String]? = nil
    ) throws -> Job {
        guard let rotator = Rotator(rotator) else { throw Unprepared(description: "no rotator") }
        return Job(
            id: "job1",
            step: step,
            rotator: rotator,
            secret: "app/db",
            rotation: "rotation-1",
            timeout: JobSeconds(timeout),
            settings: settings,
            current: try current.map { Version(version: 7, fields: try .sample($0)) },
            candidate: try candidate.map { Version(version: 8, fields: try .sample($0)) },
            retiring: try retiring.map { Version(version: 6, fields: try .sample($0)) },
            helper: try helper.map { try .sample($0) }
        )
    }
}

extension JobFields {
    static func sample(_ texts: [String: String]) throws -> JobFields {
        JobFields(try texts.mapValues { try SecretBytes(copying: Array($0.utf8)) })
    }

    /// Values as text, for comparing.
    var texts: [String: String] {
        values.mapValues { value in unsafe value.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } }
    }
}

/// The process of one job, as the worker starts it, without a worker.
final class StepProcess {
    let process = Process()
    private let output = Pipe()
    private let errors = Pipe()

    /// Starts it and hands the job over.
    convenience init(_ job: Job, configuration: String, environment: [String: String] = [:]) throws {
        try self.init(.step(job), configuration: configuration, environment: environment)
    }

    init(_ job: WorkerJob, configuration: String, environment: [String: String] = [:]) throws {
        let input = Pipe()
        process.executableURL = URL(fileURLWithPath: Program.path("warder-worker"))
        process.arguments = ["run-step", "--entries", configuration]
        process.environment = environment
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = try job.json()
        let bytes = unsafe text.withUnsafeBytes { unsafe Data($0) }
        try input.fileHandleForWriting.write(contentsOf: bytes)
        try input.fileHandleForWriting.close()
    }

    var pid: Int32 { process.processIdentifier }

    func kill() {
        Glibc.kill(pid, SIGKILL)
        process.waitUntilExit()
    }

    /// The result, once it has ended.
    func result() throws -> JobResult {
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        let errors = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Unprepared(description: "the step ended: \(String(decoding: errors, as: UTF8.self))")
        }
        return try JobResult.decode(JSONDocument(parsing: Array(bytes), limits: JobResult.limits))
    }

    static func run(_ job: Job, in workshop: Workshop, environment: [String: String] = [:]) throws -> JobResult {
        try StepProcess(job, configuration: workshop.configuration, environment: environment).result()
    }
}

/// Processes as the tests see them.
enum Processes {
    static func isAlive(_ pid: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        // What has ended and was not waited for yet is not alive; its state stands behind the name in parentheses.
        return status.split(separator: ")").last?.split(separator: " ").first != "Z"
    }

    /// Waits until it is gone, for ten seconds at most.
    static func ended(_ pid: Int32) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while isAlive(pid), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
        return !isAlive(pid)
    }

    static func children(of pid: Int32) -> [Int32] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return tasks.flatMap { task in
            let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int32($0) }
        }
    }
}
