import ArgumentParser
import Glibc
import SecretMemory
import StrictJSON
import WarderConfiguration
import WarderLinux
import WarderWire

/// The process of one job: reads it from standard input, does it, writes the result to standard output, and ends.
struct StepMode: ParsableCommand {
    static let name = "run-step"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Does one step; warder-worker starts this itself.",
        shouldDisplay: false
    )

    /// Not `--config`: the command above takes that for itself, wherever it stands.
    @Option(help: "The configuration file.")
    var entries: String?

    @Flag(help: "The vault of this user, although the machine has one.")
    var ownEntries = false

    func run() throws {
        do { try WorkerProcess.harden() } catch {
            WorkerProcess.say("\(error)")
            throw ExitCode(1)
        }
        WorkerProcess.endWithDescendantsWhenTold(status: 128 + SIGTERM)
        guard let job = Self.readJob() else {
            WorkerProcess.say("no job came on standard input")
            throw ExitCode(64)
        }
        var result: JobResult
        do {
            // Anew for each step: an entry counts from its next use on.
            result = Steps.perform(job, with: try WorkerEntries(file: entries, isOwn: ownEntries).load())
        } catch {
            WorkerProcess.say("\(error)")
            result =
                StepFault(.failed, "the worker's configuration cannot be read; see its journal", retry: false).result
        }
        result.message = result.message.map { StepText.message($0, without: job.secrets, result) }
        try Self.write(result)
    }

    private static func readJob() -> WorkerJob? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 << 20)
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= Job.limits.maxBytes {
            let count = unsafe read(0, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        zero(&piece)
        do {
            return try WorkerJob.decode(JSONDocument(parsing: consume bytes, limits: Job.limits))
        } catch {
            return nil
        }
    }

    private static func write(_ result: JobResult) throws {
        let text = try result.json()
        var sent = 0
        while sent < text.count {
            let count = unsafe text.withUnsafeBytes { bytes in
                unsafe Glibc.write(1, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ExitCode(1) }
            sent += count
        }
    }
}
