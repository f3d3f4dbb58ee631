import Glibc
import SecretMemory
import SystemPackage
import WarderLinux

/// Runs a hook to its end, or to the end of its time, and leaves nothing of it behind.
struct HookRun {
    /// Bytes that an answer may have.
    static let answerLimit = 64 << 10
    /// Bytes of standard error that are looked at; what came before them is dropped.
    static let errorLimit = 16 << 10
    /// From the polite signal to the other one.
    private static let patience = Duration.seconds(1)

    private let program: SealedProgram
    private let name: String
    private let environment: [String: String]
    private let user: ChildProcess.User?
    private let timeout: Duration

    init(
        _ program: SealedProgram,
        name: String,
        environment: [String: String],
        user: ChildProcess.User?,
        timeout: Duration
    ) {
        self.program = program
        self.name = name
        self.environment = environment
        self.user = user
        self.timeout = timeout
    }

    /// Everything that this process is an ancestor of ends with it: the process must have adopted its descendants.
    func run(writing job: SecretBytes) -> HookOutput {
        let process: ChildProcess
        do throws(Errno) {
            process = try ChildProcess(program, arguments: [name], environment: environment, user: user)
        } catch {
            return HookOutput(ending: .notStarted(error))
        }
        var output = converse(with: process, writing: job)
        // Whatever else it started has no business any more, whether it made itself independent or not.
        process.signal(SIGKILL)
        let ending = process.wait()
        Descendants.end()
        if case .killed(SIGKILL) = output.ending {
            output.ending =
                switch ending {
                case .exited(let status): .exited(status)
                case .killed(let signal): .killed(signal: signal)
                }
        }
        return output
    }

    private func converse(with process: ChildProcess, writing job: SecretBytes) -> HookOutput {
        // The ending of a process that ended by itself is known when it was waited for.
        var output = HookOutput(ending: .killed(signal: SIGKILL))
        var deadline = ContinuousClock.now + timeout
        var wasAsked = false
        var sent = 0
        while true {
            let events = Readiness.wait(
                reading: [process.output.number, process.errors?.number ?? -1, process.ended],
                writing: process.input.number,
                until: deadline
            )
            guard let events else {
                output.ending = .timedOut(after: timeout)
                if wasAsked { return output }
                wasAsked = true
                process.signal(SIGTERM)
                deadline = .now + Self.patience
                continue
            }
            if events.isWritable(process.input.number) { JobWatch.feed(process.input, job, &sent) }
            read(process, events, into: &output)
            if output.answer.count > Self.answerLimit {
                output.ending = .flooded
                return output
            }
            if events.isReadable(process.ended) {
                drain(process, into: &output)
                return output
            }
        }
    }

    private func read(_ process: ChildProcess, _ events: Readiness, into output: inout HookOutput) {
        if events.isReadable(process.output.number) { Self.take(process.output) { output.answer += $0 } }
        if let errors = process.errors, events.isReadable(errors.number) {
            Self.take(errors) { output.appendErrors($0, limit: Self.errorLimit) }
        }
    }

    /// What lies in the pipes when the hook has ended; a process that it left behind may still write, so not for ever.
    private func drain(_ process: ChildProcess, into output: inout HookOutput) {
        for _ in 0..<64 {
            let isMore =
                Self.take(process.output) { output.answer += $0 }
                || (process.errors.map { Self.take($0) { output.appendErrors($0, limit: Self.errorLimit) } } ?? false)
            if !isMore { break }
        }
        if output.answer.count > Self.answerLimit { output.ending = .flooded }
    }

    /// - Returns: Whether there was something.
    @discardableResult
    private static func take(_ pipe: PipeEnd, _ body: ([UInt8]) -> Void) -> Bool {
        guard pipe.number >= 0, let piece = pipe.read(limit: 16_384) else { return false }
        guard !piece.isEmpty else {
            pipe.close()
            return false
        }
        body(piece)
        return true
    }
}

extension HookOutput {
    /// Keeps the last `limit` bytes.
    mutating func appendErrors(_ piece: [UInt8], limit: Int) {
        errors += piece
        guard errors.count > limit else { return }
        errors.removeFirst(errors.count - limit)
        errorsWereCut = true
    }
}
