import WarderConfiguration
import WarderWire

/// Who does a job.
enum Steps {
    static func perform(_ job: WorkerJob, with configuration: DaemonConfiguration) -> JobResult {
        switch job {
        case .step(let step): perform(step, with: configuration.worker)
        case .notice(let job): NoticeStep(job, configuration.notices).perform()
        }
    }

    private static func perform(_ job: Job, with worker: DaemonConfiguration.Worker) -> JobResult {
        let name = job.rotator.entry
        switch job.rotator.kind {
        case .exec:
            guard let hook = worker.hooks[name] else { return missing("worker.hooks.\(name)") }
            return HookStep(job, hook).perform()
        case .postgres:
            guard let server = worker.postgres[name] else { return missing("worker.postgres.\(name)") }
            return PostgresStep(job, server).perform()
        }
    }

    private static func missing(_ entry: String) -> JobResult {
        StepFault(.failed, "the configuration has no \(entry)", retry: false).result
    }
}

/// Why a step was not done.
struct StepFault: Error {
    let result: JobResult

    init(_ outcome: JobResult.Outcome, _ message: String, retry: Bool) {
        result = JobResult(outcome, message: message, retry: retry)
    }
}

extension WorkerJob {
    /// What can be said of the job when its end was not seen.
    var outcomeWhenLost: JobResult.Outcome {
        switch self {
        case .step(let job): job.step.outcomeWhenLost
        case .notice: .unknown
        }
    }
}

extension JobStep {
    /// What can be said of the step when its end was not seen.
    var outcomeWhenLost: JobResult.Outcome {
        switch self {
        case .preflight, .test: .failed
        case .create, .set, .retire, .discard: .unknown
        }
    }
}
