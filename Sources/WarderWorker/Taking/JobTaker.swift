import Foundation
import UnixHTTP
import WarderWire

/// A thread for each connection: it asks for a job, has it run, answers, and asks again.
///
/// Threads and blocking calls, because there is nothing to gain from an event loop here: a few connections, each of
/// which does one thing at a time. A job's process dies with the thread that started it.
struct JobTaker: Sendable {
    let address: DaemonLink.Address
    let runner: JobRunner

    /// Serves until every connection is gone that cannot be made again; by path, for ever.
    static func serve(_ addresses: [DaemonLink.Address], runner: JobRunner) {
        let group = DispatchGroup()
        for address in addresses {
            group.enter()
            let taker = JobTaker(address: address, runner: runner)
            let thread = Thread {
                taker.serve()
                group.leave()
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
        group.wait()
    }

    private func serve() {
        var backoff = Backoff()
        var said: String?
        while true {
            do throws(ConnectionFault) {
                let link = try DaemonLink(address)
                while true {
                    if try step(over: link) {
                        backoff = Backoff()
                        said = nil
                    } else {
                        backoff.sleep()
                    }
                }
            } catch {
                guard case .path(let path) = address else { return }
                // Once for each reason: a daemon that is away for a night fills no journal.
                let text = "no connection to the daemon at \(path): \(error)"
                if said != text { WorkerProcess.say(text) }
                said = text
                backoff.sleep()
            }
        }
    }

    /// - Returns: Whether asking again at once is right.
    private func step(over link: DaemonLink) throws(ConnectionFault) -> Bool {
        switch try link.take() {
        case .nothing: return true
        case .refused: return false
        case .unreadable:
            // The daemon learns of it when the connection ends.
            WorkerProcess.say("the daemon sent a job that this version does not understand; are both of one release?")
            throw .malformed
        case .job(let job):
            guard let result = runner.run(job, over: link.number) else { throw .closed }
            guard try link.report(job.id, result) else {
                WorkerProcess.say("the daemon refused a result")
                return false
            }
            return true
        }
    }
}

/// Pauses that grow from a quarter of a second to half a minute, and differ between workers.
struct Backoff {
    private var seconds = 0.25

    /// The next pause, in seconds.
    mutating func next() -> Double {
        defer { seconds = min(seconds * 2, 30) }
        return seconds * Double.random(in: 0.5...1)
    }

    mutating func sleep() {
        Thread.sleep(forTimeInterval: next())
    }
}
