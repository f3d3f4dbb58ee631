import Glibc
import SystemPackage
import WarderLinux

/// The server's process, and how it ended.
final class ServerTree {
    /// What is read of what it said when everything that could say more is ended: as much as a pipe can hold.
    private static let maximumRest = 1 << 20

    let process: LaunchedProcess
    private(set) var ending: ChildProcess.Ending?

    init(_ plan: LaunchPlan, _ values: EnvironmentValues, isPiped: Bool) throws(LaunchFault) {
        do throws(Errno) {
            process = try LaunchedProcess(
                plan.command,
                environment: values.block(adding: plan.variables),
                mask: plan.mask,
                ownsGroup: !StandardStreams.isTerminal,
                isPiped: isPiped,
                // What holds a value that is not its own to keep does not get to ignore that its launcher is gone.
                deathSignal: plan.secrets.isEmpty ? SIGTERM : SIGKILL
            )
        } catch { throw .program(error) }
    }

    /// Whether it has ended, or has closed an end that it is spoken with through.
    var isDeaf: Bool {
        ending != nil || [process.input, process.output].contains { end in end.map { $0.number < 0 } ?? false }
    }

    /// Waits for whatever has ended below this process.
    func reap() {
        for (pid, ending) in EndedChildren.reap() where pid == process.pid { self.ending = ending }
    }

    func signal(_ number: Int32) {
        if ending == nil { process.signal(number) }
    }

    /// What it said before it ended, and nobody has read; bounded, and never waited for.
    func rest() -> [UInt8] {
        var rest: [UInt8] = []
        while rest.count < Self.maximumRest, let more = process.output?.read(limit: 65_536), !more.isEmpty {
            rest += more
        }
        return rest
    }
}

extension ChildProcess.Ending {
    /// As shells have it.
    var exitCode: Int32 {
        switch self {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    }
}
