import Locking
package import WarderModel

/// Where steps of rotations, and what people should hear, meet workers that ask for work.
///
/// A step is only written down and handed out when a worker waits for it: without one, nothing is tried and nothing
/// fails. Knows no time: whoever serves a worker says when it has waited long enough, or is late.
package final class JobBoard: Sendable {
    /// A connection over which a worker asks and answers, one thing at a time.
    package struct Line: Sendable {
        package let name: String
        /// Ends it; the worker then ends what it does for it. On any thread.
        let hangUp: @Sendable () -> Void

        package init(name: String, hangUp: @escaping @Sendable () -> Void) {
            self.name = name
            self.hangUp = hangUp
        }
    }

    /// A worker that waits, taken from the others so that it gets what is being written down for it.
    package struct Seat: Sendable {
        fileprivate let number: UInt64
        fileprivate let line: Line
        /// `nil`: there was nothing for it.
        fileprivate let deliver: @Sendable (Assignment?) -> Void
    }

    /// What has become of a worker while something was written down for it.
    private enum Claim {
        case waits
        /// It is to be told that there is nothing, if there is nothing.
        case hasWaitedEnough
        case isGone
    }

    private struct Job {
        /// Over which it went out, and its answer comes.
        let line: Line
        /// Called once.
        let completion: @Sendable (HandoutAnswer) -> Void
    }

    private struct State {
        var next: UInt64 = 0
        var waiting: [Seat] = []
        var claims: [UInt64: (line: String, claim: Claim)] = [:]
        var jobs: [RecordID: Job] = [:]
        /// Connections that have asked for work and have not ended.
        var holders: Set<String> = []
        var keeper: WorkerPresence.Keeper?
    }

    private let state = Locked(State())
    private let arrival: @Sendable () -> Void

    /// `arrival`: called when a worker begins to wait.
    package init(arrival: @escaping @Sendable () -> Void) { self.arrival = arrival }

    /// How many workers wait for work.
    package var waiting: Int { state.withLock { $0.waiting.count } }
    /// How many steps are at a worker.
    package var underWay: Int { state.withLock { $0.jobs.count } }
    /// Whether any worker is there, waiting or at work.
    package var isManned: Bool { state.withLock { !$0.holders.isEmpty } }

    /// Whether there are workers, be they at work or waiting.
    package var presence: WorkerPresence {
        state.withLock { WorkerPresence(connections: $0.holders.count, keeper: $0.keeper) }
    }

    /// Tells what has become of the one that keeps a worker running.
    package func set(_ keeper: WorkerPresence.Keeper) { state.withLock { $0.keeper = keeper } }

    // MARK: The workers' side

    /// A worker waits. `deliver` is called at most once, on any thread.
    /// - Returns: to be called when it has waited long enough.
    package func wait(on line: Line, _ deliver: @escaping @Sendable (Assignment?) -> Void) -> @Sendable () -> Void {
        let number = state.withLock { state in
            state.next += 1
            state.waiting.append(Seat(number: state.next, line: line, deliver: deliver))
            state.holders.insert(line.name)
            return state.next
        }
        arrival()
        return { [self] in
            let seat: Seat? = state.withLock { state in
                if state.claims[number]?.claim == .waits { state.claims[number]?.claim = .hasWaitedEnough }
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiting.remove(at: index)
            }
            seat?.deliver(nil)
        }
    }

    /// Whether a step is at the worker at this end.
    package func isAtWork(_ line: String) -> Bool {
        state.withLock { state in state.jobs.values.contains { $0.line.name == line } }
    }

    /// Takes an answer to a step from the worker that has it.
    /// - Returns: `false` when nobody waits for it (any more), or another worker has it.
    package func answer(_ id: RecordID, from line: String, _ answer: HandoutAnswer) -> Bool {
        let job: Job? = state.withLock { state in
            guard state.jobs[id]?.line.name == line else { return nil }
            return state.jobs.removeValue(forKey: id)
        }
        job?.completion(answer)
        return job != nil
    }

    /// A connection has ended: nobody knows what its steps came to.
    package func leave(_ line: String) {
        let lost = state.withLock { state in
            state.holders.remove(line)
            state.waiting.removeAll { $0.line.name == line }
            for (number, claim) in state.claims where claim.line == line { state.claims[number]?.claim = .isGone }
            let lost = state.jobs.filter { $0.value.line.name == line }
            for id in lost.keys { state.jobs[id] = nil }
            return lost.values
        }
        for job in lost { job.completion(HandoutAnswer(.workerGone)) }
    }

    // MARK: The vault's side

    /// Takes the worker that waits longest; to be followed by `hand` or `giveBack`. `nil` when none waits.
    package func claim() -> Seat? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            let seat = state.waiting.removeFirst()
            state.claims[seat.number] = (seat.line.name, .waits)
            return seat
        }
    }

    /// Lets a worker wait on, before all others: there was nothing for it.
    package func giveBack(_ seat: Seat) {
        let hasWaitedEnough = state.withLock { state in
            let claim = state.claims.removeValue(forKey: seat.number)?.claim
            if claim == .waits { state.waiting.insert(seat, at: 0) }
            return claim == .hasWaitedEnough
        }
        if hasWaitedEnough { seat.deliver(nil) } else { arrival() }
    }

    /// Gives a worker something to do. `completion` is called at most once: with its answer, or with what is known when it has
    /// gone or is late.
    package func hand(
        _ assignment: Assignment,
        to seat: Seat,
        completion: @escaping @Sendable (HandoutAnswer) -> Void
    ) {
        let isGone = state.withLock { state in
            if state.claims.removeValue(forKey: seat.number)?.claim == .isGone { return true }
            state.jobs[assignment.id] = Job(line: seat.line, completion: completion)
            return false
        }
        if isGone { return completion(HandoutAnswer(.workerGone)) }
        seat.deliver(assignment)
    }

    /// Something was not answered in time. Its connection ends, and with that whatever is still at it.
    package func giveUp(_ id: RecordID) {
        guard let job = state.withLock({ $0.jobs.removeValue(forKey: id) }) else { return }
        job.line.hangUp()
        job.completion(HandoutAnswer(.late))
    }

    /// Ends everything that workers are at: the vault was closed, and when it opens it waits for none of it.
    package func giveUpAll() {
        let jobs = state.withLock { state in
            defer { state.jobs = [:] }
            return Array(state.jobs.values)
        }
        for job in jobs {
            job.line.hangUp()
            job.completion(HandoutAnswer(.workerGone))
        }
    }
}
