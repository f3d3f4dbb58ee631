import Glibc
import SystemPackage
import UnixHTTP
import WarderLinux
import WarderModel

/// Starts a server and stands in front of it until it ends: one thread, one state (`Phase`) and one place where it
/// waits (`Poll`), so that whatever it is at, signals, the client's end and the vault are heard.
///
/// The parts of this are small so that other ways of handing a server its credentials can stand on them: the launch is
/// `LaunchLine`, the processes are `ServerTree`, what is said is `Relay`.
package final class Supervisor {
    private typealias Instant = ContinuousClock.Instant

    /// Whom the launcher tells what goes on; never standard output, which is the session.
    package typealias Say = (_ line: String, _ hints: [String]) -> Void

    /// The client's end of standard input.
    private enum ClientEnd {
        case open
        /// It is closed, and what was said before may not be read yet.
        case hungUp
        /// Read to its end, or there is none.
        case done
    }

    /// What this process ends with, where that is not up to the server.
    private enum Verdict {
        case fault(LaunchFault)
        /// There was no server that could have made anything of it.
        case signal(Int32)
    }

    /// What a terminal sends to everybody in its foreground.
    private static let ofTerminal: Set = [SIGINT, SIGQUIT, SIGWINCH, SIGCONT]
    private static let forwarded = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP]
    /// By which somebody wants it to end.
    private static let ending: Set = [SIGTERM, SIGINT, SIGHUP, SIGQUIT]

    private let plan: LaunchPlan
    private let say: Say
    private let signals: SignalSource
    /// Whether what is said passes through this process.
    private let relays: Bool
    private let isTerminal = StandardStreams.isTerminal

    private var phase = Phase.serving
    private var client = ClientEnd.open
    private var relay = Relay()
    private var tree: ServerTree
    private let launch: LaunchKeeper
    private var watch: EnvironmentWatch
    /// Of the values that the server was started with, or the one that follows.
    private var versions: [EnvironmentSecret: UInt32]
    /// Other values, for a server that is started anew when nothing is in flight.
    private var wanted: EnvironmentValues?
    private var verdict: Verdict?
    private var saidBlind = false

    /// Starts the server.
    ///
    /// - Throws: where it could not be; then nothing is left of it.
    package init(_ plan: LaunchPlan, say: @escaping Say) throws(LaunchFault) {
        self.plan = plan
        self.say = say
        do throws(Errno) {
            try Descendants.adopt()
            signals = try SignalSource(Self.forwarded + [SIGCHLD])
        } catch { throw .kernel(error) }
        signal(SIGPIPE, SIG_IGN)
        relays = plan.policy == .restart && plan.watches && StandardStreams.hasClient
        let line = try LaunchLine(plan.server, socket: plan.socket)
        // Before the values are asked for, so that no change between them and the first look is missed.
        if plan.watches { _ = try line.look() }
        let values = try EnvironmentValues(plan.secrets, of: plan.server, socket: plan.socket)
        versions = values.versions
        tree = try ServerTree(plan, values, isPiped: relays)
        launch = LaunchKeeper(plan, line)
        watch = EnvironmentWatch(plan)
    }

    /// Stands in front of the server until it has ended.
    ///
    /// - Returns: what the server ended with, as shells have it.
    /// - Throws: why the launcher ended it.
    package func run() throws(LaunchFault) -> Int32 {
        while true {
            while step(.now) {}
            if case .over = phase { break }
            take(wait())
            takeSignals()
            watchVault(.now)
        }
        switch verdict {
        case .fault(let fault): throw fault
        case .signal(let number): return 128 + number
        case nil: return tree.ending?.exitCode ?? 1
        }
    }

    // MARK: Waiting

    private func wait() -> [Poll.Source: Int16] {
        var poll = Poll()
        poll.add(.signals, signals.number, Poll.readable)
        if phase.goesOn {
            poll.add(.values, watch.number, Poll.readable)
            poll.add(.launch, launch.number, Poll.readable)
        }
        if hearsClient {
            poll.add(.fromClient, 0, Poll.readable)
        } else if client == .open, phase.goesOn {
            poll.add(.fromClient, 0, Poll.hangup)
        }
        if phase.hasServer {
            if relay.hasForServer { poll.add(.toServer, tree.process.input?.number, Poll.writable) }
            if relay.wantsServer { poll.add(.fromServer, tree.process.output?.number, Poll.readable) }
        }
        if relay.hasForClient { poll.add(.toClient, 1, Poll.writable) }
        return poll.wait(until: due)
    }

    /// Until the next thing that is due by itself; `nil` where there is none.
    private var due: Instant? {
        let ofVault = phase.goesOn ? [watch.due, launch.due, relay.due] : []
        return ([phase.due] + ofVault).compactMap(\.self).min()
    }

    private var hearsClient: Bool { relays && client != .done && phase.hearsClient && relay.wantsClient }

    private func take(_ happened: [Poll.Source: Int16]) {
        // In this order: news begin another inquiry, whose answer has not come.
        if happened[.values] != nil { heed(watch.receive()) }
        if happened[.launch] != nil { heed(launch.receive()) }
        if let events = happened[.fromClient] { takeFromClient(events) }
        if happened[.toServer] != nil { giveServer() }
        if happened[.fromServer] != nil { takeFromServer() }
        if happened[.toClient] != nil { giveClient() }
    }

    // MARK: Signals

    private func takeSignals() {
        while let number = signals.next() {
            switch number {
            case SIGCHLD: tree.reap()
            case SIGTSTP:
                if !isTerminal { tree.signal(SIGTSTP) }
                // The shell that stopped the one sees the other stopped as well.
                raise(SIGSTOP)
            default:
                if !isTerminal || !Self.ofTerminal.contains(number) { tree.signal(number) }
                if Self.ending.contains(number) { heedEnding(number) }
            }
        }
    }

    /// Somebody wants the server to end, at a moment where its end would mean something else.
    private func heedEnding(_ number: Int32) {
        if case .opening(let until, _) = phase {
            phase = .opening(until: until, wasSignalled: true)
        } else if phase.isReplacing {
            phase.dropNext()
            if tree.ending != nil { verdict = .signal(number) }
        }
    }

    // MARK: The states

    /// Goes on to the next state where the time has come.
    ///
    /// - Returns: whether it has, and there may be more to do at once.
    private func step(_ now: Instant) -> Bool {
        switch phase {
        case .serving:
            if tree.ending != nil { return clear(now, next: nil) }
            return replace(now)
        case .opening(let until, let wasSignalled):
            return goOnOpening(now, until, wasSignalled)
        case .stopping(var termination, let next):
            if !termination.hearsClient || !relays || relay.isDelivered { tree.process.input?.close() }
            for number in termination.take(at: now) { tree.signal(number) }
            phase = .stopping(termination, next: next)
            return tree.ending == nil ? false : clear(now, next: next)
        case .clearing(let clearing, let next):
            switch clearing.goOn(now) {
            case .underWay: return false
            case .done: break
            case .givenUp: say("something that \(plan.server.text) started cannot be ended, and is left behind", [])
            }
            return settle(now, next)
        case .flushing(let until):
            if relay.hasForClient, now < until { return false }
            phase = .over
            return false
        case .over: return false
        }
    }

    private func goOnOpening(_ now: Instant, _ until: Instant, _ wasSignalled: Bool) -> Bool {
        if tree.ending != nil, wasSignalled { return clear(now, next: nil) }
        if !relay.isOpening {
            phase = .serving
            // It has changed once more.
            if wanted != nil { relay.hold(now) }
            return true
        }
        // One that was asked to end closes its streams before it has ended.
        let isLost = tree.isDeaf && !wasSignalled
        guard isLost || relay.isRefused || now >= until else { return false }
        end(.lostSession, now)
        return true
    }

    /// Starts the server anew where a value of its environment is another one, between two calls.
    private func replace(_ now: Instant) -> Bool {
        // Not with what the vault is being asked about anew.
        guard let values = wanted, watch.isSettled else { return false }
        if relays, relay.tracker.isBlind {
            giveUpReplacing()
            return false
        }
        guard !relays || relay.isQuiet else { return false }
        (versions, wanted) = (values.versions, nil)
        relay.shut()
        phase = .stopping(.ofOld(now, isPiped: relays), next: values)
        return true
    }

    /// The server's process has ended.
    private func clear(_ now: Instant, next: EnvironmentValues?) -> Bool {
        tree.process.input?.close()
        phase = .clearing(Clearing(now), next: next)
        return true
    }

    /// Nothing is left of a server: what it has said reaches the client, and another may follow.
    private func settle(_ now: Instant, _ next: EnvironmentValues?) -> Bool {
        relay.serverSaid(tree.rest())
        relay.serverEnded(isFollowed: next != nil)
        tree.process.output?.close()
        guard let next else {
            phase = .flushing(until: now + Phase.Limit.flushing)
            return true
        }
        do throws(LaunchFault) {
            tree = try ServerTree(plan, next, isPiped: relays)
            relay.open()
            phase = .opening(until: now + Phase.Limit.opening, wasSignalled: false)
        } catch {
            verdict = .fault(error)
            phase = .flushing(until: now + Phase.Limit.flushing)
        }
        return true
    }

    /// Ends the server because of a fault.
    private func end(_ fault: LaunchFault, _ now: Instant) {
        guard phase.goesOn else { return }
        verdict = .fault(fault)
        if phase.isReplacing { phase.dropNext() } else { phase = .stopping(.atOnce(now), next: nil) }
    }

    /// The client has closed its end, or reads no more.
    private func endAfterClient(hears: Bool) {
        guard phase.goesOn else { return }
        relay.release()
        if phase.isReplacing {
            phase.dropNext()
        } else {
            phase = .stopping(.afterClient(.now, hearsClient: hears), next: nil)
        }
    }

    // MARK: What is said

    private func takeFromClient(_ events: Int16) {
        // There is no standard input at all, and so nobody who could close it.
        if events & Poll.absent != 0 {
            client = .done
        } else if hearsClient {
            let bytes = StandardStreams.read()
            relay.clientSaid(bytes)
            if bytes.isEmpty {
                client = .done
                endAfterClient(hears: true)
            }
            giveServer()
        } else {
            client = relays ? .hungUp : .done
            endAfterClient(hears: true)
        }
    }

    private func giveServer() {
        guard phase.hasServer, let input = tree.process.input else { return }
        if !relay.write(to: input) { input.close() }
    }

    private func takeFromServer() {
        guard let output = tree.process.output, let bytes = output.read(limit: 65_536) else { return }
        if bytes.isEmpty { output.close() } else { relay.serverSaid(bytes) }
    }

    private func giveClient() {
        relay.writeToClient()
        if relay.clientIsGone { endAfterClient(hears: false) }
    }

    // MARK: The vault

    /// Does what is due there.
    private func watchVault(_ now: Instant) {
        guard phase.goesOn else { return }
        heed(launch.goOn(now))
        heed(watch.goOn(now, isOn: launch.isOn))
        if let due = relay.due, now >= due { release() }
    }

    private func heed(_ report: LaunchKeeper.Report?) {
        switch report {
        case nil: break
        case .news(let news): heed(news)
        case .interrupted: say("the launch of \(plan.server.text) is interrupted; trying again", [])
        case .goesOn: say("the launch of \(plan.server.text) goes on", [])
        case .refused(let fault):
            // A value that was given to a server that it is not any more is not used on.
            if plan.watches { return end(fault, .now) }
            say("the vault refuses the launch of \(plan.server.text); it is asked again, less and less often", [])
        }
    }

    private func heed(_ news: LaunchLine.News) {
        guard news.isReset || plan.secrets.contains(where: { news.secrets.contains($0.secret.text) }) else { return }
        if case .signal(let number) = plan.policy { tree.signal(number) }
        if relays, watch.isSettled, wanted == nil { relay.hold(.now) }
        // At once, whatever is in flight: what was taken away is not waited for.
        heed(watch.ask())
    }

    private func heed(_ finding: EnvironmentWatch.Finding?) {
        switch finding {
        case nil: break
        case .unanswered: release()
        case .refused(let fault):
            // Of whoever is no launcher just now the vault knows nothing, and so no grant either.
            guard launch.isOn || !fault.isRefusal else {
                watch.askLater()
                return release()
            }
            end(fault, .now)
        case .values(let values):
            // Elsewhere it was asked only whether the server may still have them.
            guard plan.policy == .restart else { return }
            let isOther = values.versions != versions
            wanted = isOther ? values : nil
            if isOther { relay.hold(.now) } else { release() }
        }
    }

    private func release() {
        relay.release()
        giveServer()
    }

    private func giveUpReplacing() {
        wanted = nil
        release()
        if saidBlind { return }
        saidBlind = true
        say(
            "a value of \(plan.server.text) has changed, and the server cannot be started anew: it was said something that the launcher does not understand",
            ["Start the server anew in the client"]
        )
    }
}
