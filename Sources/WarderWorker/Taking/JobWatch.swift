import Glibc
import SecretMemory
import StrictJSON
import WarderLinux
import WarderWire

/// Feeds the process of a job, and waits for its result.
struct JobWatch {
    enum Ending {
        case ended(output: [UInt8])
        case timedOut
        /// The daemon went away: it has given the job to nobody else, and will ask again.
        case abandoned
    }

    private let process: ChildProcess
    private let deadline: ContinuousClock.Instant
    private let connection: Int32

    init(_ process: ChildProcess, deadline: ContinuousClock.Instant, connection: Int32) {
        self.process = process
        self.deadline = deadline
        self.connection = connection
    }

    mutating func run(writing job: SecretBytes) -> Ending {
        var sent = 0
        // An array that grows leaves copies of a secret behind.
        var output: [UInt8] = []
        output.reserveCapacity(1 << 20)
        while true {
            let events = Readiness.wait(
                reading: [process.output.number, process.ended, connection],
                writing: process.input.number,
                until: deadline
            )
            guard let events else {
                zero(&output)
                return .timedOut
            }
            if events.isReadable(connection) {
                zero(&output)
                return .abandoned
            }
            if events.isWritable(process.input.number) { Self.feed(process.input, job, &sent) }
            if events.isReadable(process.output.number) {
                Self.collect(process.output, &output)
                if output.count > JobResult.limits.maxBytes { return .ended(output: []) }
            }
            if events.isReadable(process.ended) {
                // What lies in the pipe still counts; nobody else can write to it.
                while process.output.number >= 0 {
                    let before = output.count
                    Self.collect(process.output, &output)
                    if output.count == before { break }
                }
                return .ended(output: output)
            }
        }
    }

    /// Writes what fits, and closes the pipe behind the last byte.
    static func feed(_ input: PipeEnd, _ text: SecretBytes, _ sent: inout Int) {
        let offset = sent
        let count = unsafe text.withUnsafeBytes { bytes in
            unsafe input.write(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
        }
        guard let count else { return input.close() }
        sent += count
        if sent == text.count { input.close() }
    }

    private static func collect(_ pipe: PipeEnd, _ output: inout [UInt8]) {
        guard var piece = pipe.read(limit: 65_536) else { return }
        if piece.isEmpty { return pipe.close() }
        output += piece
        zero(&piece)
    }
}
