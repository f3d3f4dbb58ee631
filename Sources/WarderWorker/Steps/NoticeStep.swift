import SecretMemory
import WarderConfiguration
import WarderWire

/// Runs the program that tells people, once.
struct NoticeStep {
    private let job: NoticeJob
    private let notices: DaemonConfiguration.Notices

    init(_ job: NoticeJob, _ notices: DaemonConfiguration.Notices) {
        self.job = job
        self.notices = notices
    }

    /// What the program writes is of no consequence; its standard error is for people.
    func perform() -> JobResult {
        do throws(StepFault) {
            guard let hook = notices.hook else {
                throw StepFault(.failed, "the configuration has no notices.program", retry: false)
            }
            let output = try HookProgram(hook).run(writing: try text(), timeout: job.timeout.duration)
            var result = output.fault(.failed)?.result ?? JobResult(.done)
            result.stderr = StepText.stderr(output, without: [])
            return result
        } catch {
            return error.result
        }
    }

    private func text() throws(StepFault) -> SecretBytes {
        do { return try job.notice.json() } catch {
            throw StepFault(.failed, "there is no locked memory left for the notice", retry: true)
        }
    }
}
