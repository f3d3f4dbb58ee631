import SecretMemory
import WarderConfiguration
import WarderWire

/// Tells people once, by every way that the configuration has: its program, its webhook, or both.
struct NoticeStep {
    private let job: NoticeJob
    private let notices: DaemonConfiguration.Notices

    init(_ job: NoticeJob, _ notices: DaemonConfiguration.Notices) {
        self.job = job
        self.notices = notices
    }

    /// Done when all have it, in this try or in an earlier one. One that fails keeps none of the others from being told.
    func perform() -> JobResult {
        let deadline = ContinuousClock.now + job.timeout.duration
        let webhook = WebhookStep(notices.webhook)
        guard notices.hook != nil || webhook != nil else {
            let nobody = "the configuration has neither notices.program nor notices.webhook"
            return StepFault(.failed, nobody, retry: false).result
        }
        var results: [(way: NoticeJob.Way, result: JobResult)] = []
        do throws(StepFault) {
            let text = try self.text()
            if let hook = notices.hook, !job.told.contains(.program) { results.append((.program, run(hook, text))) }
            if let webhook, !job.told.contains(.webhook) {
                results.append((.webhook, post(text, to: webhook, until: deadline)))
            }
        } catch {
            return error.result
        }
        return together(results)
    }

    /// What the program writes is of no consequence; its standard error is for people.
    private func run(_ hook: DaemonConfiguration.Hook, _ text: SecretBytes) -> JobResult {
        do throws(StepFault) {
            let output = try HookProgram(hook).run(writing: text, timeout: job.timeout.duration)
            var result = output.fault(.failed)?.result ?? JobResult(.done)
            result.stderr = StepText.stderr(output, without: [])
            return result
        } catch {
            return error.result
        }
    }

    private func post(
        _ text: SecretBytes,
        to webhook: WebhookStep,
        until deadline: ContinuousClock.Instant
    ) -> JobResult {
        do throws(StepFault) {
            try webhook.post(text, id: job.notice.id, timeout: deadline - .now)
            return JobResult(.done)
        } catch {
            return error.result
        }
    }

    /// Tried again where that can help any of them.
    private func together(_ results: [(way: NoticeJob.Way, result: JobResult)]) -> JobResult {
        let failed = results.map(\.result).filter { $0.outcome != .done }
        var result = JobResult(.done)
        if !failed.isEmpty {
            result = JobResult(
                .failed,
                message: failed.compactMap(\.message).joined(separator: "; "),
                retry: failed.contains { $0.retry != false },
                told: job.told + results.filter { $0.result.outcome == .done }.map(\.way)
            )
        }
        result.stderr = results.lazy.compactMap(\.result.stderr).first
        return result
    }

    private func text() throws(StepFault) -> SecretBytes {
        do { return try job.notice.json() } catch {
            throw StepFault(.failed, "there is no locked memory left for the notice", retry: true)
        }
    }
}
