import Glibc
import SystemPackage
import WarderLinux

/// Runs the worker again and again, for as long as an input is open.
struct WorkerKeeper {
    /// A worker that has run for so long begins with the shortest pause again.
    private static let settled = Duration.seconds(60)
    /// From the polite signal to the other one: for the worker's steps to end what they have started.
    private static let patience = Duration.seconds(5)

    private let program: SealedProgram
    private let arguments: [String]
    /// Nothing is ever written to it: what can be read is its end.
    private let input: Int32

    init(_ program: SealedProgram, arguments: [String], input: Int32) {
        self.program = program
        self.arguments = arguments
        self.input = input
    }

    func keep() {
        var backoff = Backoff()
        repeat {
            let began = ContinuousClock.now
            do throws(Errno) {
                guard try runOnce() else { return }
            } catch {
                WorkerProcess.say("the worker cannot be started: \(error)")
            }
            if ContinuousClock.now - began > Self.settled { backoff = Backoff() }
        } while !isOver(within: .seconds(backoff.next()))
    }

    /// One worker, from its start to its end.
    ///
    /// - Returns: `false` when the input was closed first.
    private func runOnce() throws(Errno) -> Bool {
        let worker = try ChildProcess(
            program,
            arguments: arguments,
            environment: [:],
            deathSignal: SIGTERM,
            sharesErrors: true
        )
        while true {
            let ready = Readiness.wait(reading: [input, worker.ended], until: .now + .seconds(3600))
            if ready?.isReadable(input) == true {
                worker.signal(SIGTERM)
                // What is not waited for here is killed.
                if Readiness.wait(reading: [worker.ended], until: .now + Self.patience) != nil { worker.wait() }
                return false
            }
            if ready?.isReadable(worker.ended) == true {
                Self.say(worker.wait())
                return true
            }
        }
    }

    private func isOver(within pause: Duration) -> Bool {
        Readiness.wait(reading: [input], until: .now + pause) != nil
    }

    private static func say(_ ending: ChildProcess.Ending) {
        switch ending {
        case .exited(let status): WorkerProcess.say("the worker ended with status \(status); it is started again")
        case .killed(let signal): WorkerProcess.say("the worker was ended by signal \(signal); it is started again")
        }
    }
}
