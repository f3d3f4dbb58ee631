import Glibc
import SecretMemory
import WarderConfiguration
import WarderCrypto
import WarderLinux
import WarderWire

/// A program of the operator's, as the configuration describes it: checked each time before it runs.
struct HookProgram {
    private let hook: DaemonConfiguration.Hook

    init(_ hook: DaemonConfiguration.Hook) { self.hook = hook }

    /// Runs it, for at most `timeout` and what its entry allows.
    ///
    /// - Throws: `StepFault` where it may not or cannot run; then nothing has happened.
    func run(writing input: SecretBytes, timeout: Duration) throws(StepFault) -> HookOutput {
        HookRun(
            try program(),
            name: hook.program,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"].merging(hook.environment) { $1 },
            user: try user(),
            timeout: min(timeout, hook.timeout)
        ).run(writing: input)
    }

    /// The copy that runs, checked where it lay and by its digest.
    private func program() throws(StepFault) -> SealedProgram {
        var digest = SHA256Digest()
        let program: SealedProgram
        do throws(SealedProgramError) {
            program = try SealedProgram.copy(hook.program) { digest.update($0) }
        } catch {
            throw StepFault(.failed, "the hook is not run: \(Self.sentence(error))", retry: false)
        }
        if let expected = hook.sha256, digest.digest() != expected {
            throw StepFault(
                .failed,
                "the hook is not run: it has another SHA-256 than the configuration says",
                retry: false
            )
        }
        return program
    }

    private static func sentence(_ error: SealedProgramError) -> String {
        switch error {
        case .untrusted(let fault): "\(fault)"
        case .notExecutable: "it is not executable for its owner, or empty"
        case .tooLarge(let limit): "it has more than \(limit >> 20) MiB"
        case .kernel(let reason): "\(reason)"
        }
    }

    private func user() throws(StepFault) -> ChildProcess.User? {
        guard let account = hook.user, account.uid != geteuid() || geteuid() == 0 else { return nil }
        guard geteuid() == 0 else {
            throw StepFault(.failed, "only a worker that runs as root can run a hook as another user", retry: false)
        }
        return ChildProcess.User(uid: account.uid, gid: account.gid)
    }
}

extension HookOutput {
    /// Why it did not come to a good end; `nil` where it did. `lost`: what is known then.
    func fault(_ lost: JobResult.Outcome) -> StepFault? {
        switch ending {
        case .timedOut(let after):
            StepFault(lost, "the hook did not end within \(after.components.seconds) s and was ended", retry: true)
        case .flooded:
            StepFault(lost, "the hook wrote more than \(HookRun.answerLimit >> 10) KiB and was ended", retry: false)
        case .notStarted(let reason):
            StepFault(.failed, "the hook could not be started: \(reason)", retry: false)
        case .exited(0): nil
        case .exited(let status): StepFault(lost, "the hook exited with status \(status)", retry: true)
        case .killed(let signal): StepFault(lost, "the hook was ended by signal \(signal)", retry: true)
        }
    }
}
