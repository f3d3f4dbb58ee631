import Glibc
import SystemPackage
import WarderLinux
package import WarderModel

/// Starts a server whose credentials never enter it, and stands beside it until it ends.
///
/// This process alone is the launch: what it starts speaks for nobody, and everything that the vault gives stays here.
/// Others carry what the server says and reads, and what it asks of its upstreams; nothing of its environment ever changes,
/// so that it is never started anew.
package final class ProxiedServer {
    /// The server's standard streams. Neither blocks.
    package struct Streams: Sendable {
        /// To be written, and closed by whoever writes.
        package let input: Int32
        /// To be read; open as long as this process.
        package let output: Int32
    }

    /// What carries them, as far as it matters here.
    package struct Carrier {
        private let taken: () -> Int
        private let close: () -> Void

        /// - Parameters:
        ///   - taken: How much the client has taken up to now, in bytes.
        ///   - close: Gives the server's upstreams up; returns at once.
        package init(taken: @escaping () -> Int, close: @escaping () -> Void) {
            self.taken = taken
            self.close = close
        }

        fileprivate var count: Int { taken() }
        fileprivate func closeUpstreams() { close() }
    }

    /// Signals that mean the launcher itself once its server has ended.
    private static let ending: Set = [SIGTERM, SIGINT, SIGHUP, SIGQUIT]
    /// How long a client that is still there may take nothing of what the server said last.
    private static let patience = Duration.seconds(10)
    private static let ofTerminal: Set = [SIGINT, SIGQUIT, SIGWINCH, SIGCONT]
    private static let forwarded = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP]

    private let server: ServerName
    private let socket: String
    private let say: (_ line: String, _ hints: [String]) -> Void
    private let signals: SignalSource
    private let isTerminal = StandardStreams.isTerminal
    private let line: LaunchLine
    /// How its launch is.
    package let state = LaunchState()
    /// Since the client has closed its end.
    private var termination: Termination?
    /// When the launcher has to have ended, since the client has closed its end.
    private var end: ContinuousClock.Instant?

    /// Tells the vault that the server is about to be started.
    ///
    /// Before any other thread: signals are taken from those alone that start after this. `say` must not wait: standard
    /// error may be a pipe that nobody reads.
    package init(
        _ server: ServerName,
        socket: String,
        say: @escaping (_ line: String, _ hints: [String]) -> Void
    ) throws(LaunchFault) {
        self.server = server
        self.socket = socket
        self.say = say
        do throws(Errno) {
            try Descendants.adopt()
            signals = try SignalSource(Self.forwarded + [SIGCHLD])
        } catch { throw .kernel(error) }
        signal(SIGPIPE, SIG_IGN)
        line = try LaunchLine(server, socket: socket, admitsMembers: false)
    }

    /// Starts it, has its streams carried, and waits until it has ended and the last of what it said is carried. A client
    /// that has closed its end is waited for until ``Termination/whole`` is over since then; one that is still there as
    /// long as it goes on reading; and neither any longer where this process is told to end.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - variables: What it gets besides this process's environment.
    ///   - mask: Its file mode creation mask.
    ///   - carry: Begins to carry, and returns at once; calls what it is given when there is nothing more to carry.
    /// - Returns: What the server ended with, as shells have it. Nothing that it has started is left then but what cannot be
    ///   killed in time, and that has been said.
    /// - Throws: Why it could not be started.
    package func run(
        _ command: [String],
        variables: [String: String],
        mask: UInt32,
        carry: (Streams, _ whenDone: @escaping @Sendable () -> Void) -> Carrier
    ) throws(LaunchFault) -> Int32 {
        var plan = LaunchPlan(
            server: server,
            command: command,
            secrets: [],
            policy: .ignore,
            socket: socket,
            variables: variables,
            mask: mask
        )
        plan.admitsMembers = false
        let tree = try ServerTree(plan, EnvironmentValues([], of: server, socket: socket), isPiped: true)
        let launch = LaunchKeeper(plan, line)
        let carriers = try Self.carriers(of: tree)
        let carrier = carry(try Self.streams(of: tree)) { close(carriers.held) }
        while tree.ending == nil {
            wait(launch)
            takeSignals(for: tree)
            for number in termination?.take(at: .now) ?? [] { tree.signal(number) }
            if termination == nil { tell(launch.goOn(.now)) }
            state.set(isInterrupted: launch.isInterrupted)
        }
        // What it has left behind has no use of them.
        carrier.closeUpstreams()
        clear(tree)
        waitForCarriers(carriers.seen, carrier)
        return tree.ending?.exitCode ?? 1
    }

    /// The ends are whoever's who carries: the server sees the end of its input when that one closes it, and what it said
    /// last can be read when nothing of it is left here.
    private static func streams(of tree: ServerTree) throws(LaunchFault) -> Streams {
        guard let input = tree.process.input, let output = tree.process.output else {
            throw .kernel(.badFileDescriptor)
        }
        let own = [input, output].map { fcntl($0.number, F_DUPFD_CLOEXEC, 3) }
        guard own.allSatisfy({ $0 >= 0 }) else {
            let reason = Errno(rawValue: errno)
            tree.signal(SIGKILL)
            throw .kernel(reason)
        }
        input.close()
        output.close()
        return Streams(input: own[0], output: own[1])
    }

    /// Who holds one end has not finished; who polls the other sees when it has.
    private static func carriers(of tree: ServerTree) throws(LaunchFault) -> (seen: Int32, held: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            let reason = Errno(rawValue: errno)
            tree.signal(SIGKILL)
            throw .kernel(reason)
        }
        return (ends[0], ends[1])
    }

    // MARK: Waiting

    private func wait(_ launch: LaunchKeeper) {
        var poll = Poll()
        poll.add(.signals, signals.number, Poll.readable)
        if termination == nil {
            poll.add(.launch, launch.number, Poll.readable)
            addClient(to: &poll)
        }
        let happened = poll.wait(until: termination.map(\.due) ?? launch.due)
        if happened[.launch] != nil { tell(launch.receive()) }
        noticeClient(happened)
    }

    /// Others read what the client says; here it counts that it has closed its end, or reads no more.
    private func addClient(to poll: inout Poll) {
        guard end == nil else { return }
        poll.add(.fromClient, Self.open(0), Poll.hangup)
        poll.add(.toClient, Self.open(1), 0)
    }

    /// A server ends by itself when its input has ended. One that does not is asked, and then made to.
    private func noticeClient(_ happened: [Poll.Source: Int16]) {
        guard Self.isOver(happened[.fromClient]) || Self.isOver(happened[.toClient]) else { return }
        let now = ContinuousClock.now
        termination = .afterClient(now, hearsClient: true)
        end = now + Termination.whole
    }

    /// Until everything is carried, or nobody waits for that any more.
    private func waitForCarriers(_ seen: Int32, _ carrier: Carrier) {
        var count = carrier.count
        var last = ContinuousClock.now
        while true {
            let now = ContinuousClock.now
            if carrier.count != count { (count, last) = (carrier.count, now) }
            let due = end ?? last + Self.patience
            guard now < due else { return }
            var poll = Poll()
            poll.add(.signals, signals.number, Poll.readable)
            poll.add(.carriers, seen, 0)
            addClient(to: &poll)
            // Nothing tells that the client has taken something.
            let happened = poll.wait(until: min(due, now + .seconds(1)))
            guard happened[.carriers] == nil else { return }
            noticeClient(happened)
            while let number = signals.next() { if Self.ending.contains(number) { return } }
        }
    }

    /// A descriptor that is none is nobody who could close it, and waiting for it would not wait.
    private static func open(_ number: Int32) -> Int32? { fcntl(number, F_GETFD) < 0 ? nil : number }

    private static func isOver(_ events: Int16?) -> Bool {
        events.map { $0 & (Int16(POLLHUP | POLLERR) | Poll.hangup) != 0 } ?? false
    }

    private func takeSignals(for tree: ServerTree) {
        while let number = signals.next() {
            switch number {
            case SIGCHLD: tree.reap()
            case SIGTSTP:
                if !isTerminal { tree.signal(SIGTSTP) }
                // The shell that stopped the one sees the other stopped as well.
                raise(SIGSTOP)
            default:
                if !isTerminal || !Self.ofTerminal.contains(number) { tree.signal(number) }
            }
        }
    }

    /// Ends what the server has left behind.
    private func clear(_ tree: ServerTree) {
        let clearing = Clearing(.now, before: end)
        while true {
            switch clearing.goOn(.now) {
            case .done: return
            case .givenUp:
                return say("something that \(server.text) started cannot be ended, and is left behind", [])
            case .underWay:
                var poll = Poll()
                addClient(to: &poll)
                noticeClient(poll.wait(until: ContinuousClock.now + .milliseconds(5)))
                tree.reap()
            }
        }
    }

    /// The server lives on without a launch: it holds nothing, and gets nothing until there is one again.
    private func tell(_ report: LaunchKeeper.Report?) {
        switch report {
        case nil, .news: break
        case .interrupted: say("the launch of \(server.text) is interrupted; trying again", [])
        case .goesOn: say("the launch of \(server.text) goes on", [])
        case .refused:
            say("the vault refuses the launch of \(server.text); it is asked again, less and less often", [])
        }
    }
}
