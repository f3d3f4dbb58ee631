import SecretMemory
import StrictJSON
import WarderConfiguration
import WarderWire

/// One step done by a program of the operator's (`exec:`).
struct HookStep {
    private let job: Job
    private let hook: DaemonConfiguration.Hook

    init(_ job: Job, _ hook: DaemonConfiguration.Hook) {
        self.job = job
        self.hook = hook
    }

    func perform() -> JobResult {
        do throws(StepFault) {
            return result(of: try HookProgram(hook).run(writing: try text(), timeout: job.timeout.duration))
        } catch {
            return error.result
        }
    }

    private func text() throws(StepFault) -> SecretBytes {
        do { return try job.json() } catch {
            throw StepFault(.failed, "there is no locked memory left for the job", retry: true)
        }
    }

    private func result(of output: HookOutput) -> JobResult {
        var result: JobResult
        do throws(StepFault) {
            result = try answer(output)
        } catch {
            result = error.result
        }
        // A hook that fails while it makes a credential may have written it out, and nobody knows how it looks.
        let mayTellNew = job.step == .create && result.outcome != .done && !output.errors.isEmpty
        result.stderr =
            mayTellNew
            ? "(withheld: what a hook writes while it makes a credential may contain it)"
            : StepText.stderr(output, without: job.secrets + Array(result.fields.values.values))
        return result
    }

    private func answer(_ output: HookOutput) throws(StepFault) -> JobResult {
        let lost = job.step.outcomeWhenLost
        if let fault = output.fault(lost) { throw fault }
        let result = try HookAnswer(job.step).read(output.answer)
        if let handle = result.handle,
            StepText.message(handle, without: job.secrets, result) != handle
        {
            throw StepFault(lost, "the hook's `handle` contains a value, or cannot be shown", retry: false)
        }
        return result
    }
}
