import Launching
import Locking
import UpstreamProxy
import WarderClient
import WarderModel

/// A server that reaches its upstreams through proxies in this process, and holds placeholders alone.
struct ProxiedRun {
    let server: ServerName
    let declarations: ProxyDeclarations
    let command: [String]
    let socket: String
    let mask: UInt32
    let remarks: Remarks

    /// Why it did not come to run.
    enum Fault: Error {
        case launch(LaunchFault)
        case proxy(LoopbackProxy.Unopened)
        case client(WarderClientError)
    }

    /// Runs the server until it ends, and nothing is left of it.
    ///
    /// - Returns: What it ended with, as shells have it.
    func run() throws(Fault) -> Int32 {
        let remarks = remarks
        let launched: ProxiedServer
        do throws(LaunchFault) {
            launched = try ProxiedServer(server, socket: socket) { line, hints in
                remarks.say(TerminalText.escaped(line), hints: hints)
            }
        } catch { throw .launch(error) }
        let session = try session(launched.state)
        // What went wrong may wait to be read, and nobody is to be served meanwhile.
        defer { session.closeProxies() }
        do throws(LaunchFault) {
            return try launched.run(command, variables: session.environment, mask: mask) { streams, whenDone in
                let ends = StdioRelay.Ends(
                    clientInput: 0,
                    clientOutput: 1,
                    serverInput: streams.input,
                    serverOutput: streams.output
                )
                let taken = session.start(ends, whenDone: whenDone)
                return ProxiedServer.Carrier(taken: taken, close: session.closeProxies)
            }
        } catch { throw .launch(error) }
    }

    private func session(_ launch: LaunchState) throws(Fault) -> ProxySession {
        let client: WarderClient
        do throws(WarderClientError) {
            client = try WarderClient(WarderClientConfiguration(socketPath: socket))
        } catch { throw .client(error) }
        let credentials = VaultCredentials(client, server: server) { launch.isInterrupted }
        let observer = RefusalNotes(server: server, declarations: declarations, remarks: remarks)
        do throws(LoopbackProxy.Unopened) {
            return try ProxySession.open(declarations, credentials: credentials, observer: observer)
        } catch { throw .proxy(error) }
    }
}

/// Tells on standard error what the proxy did not carry: each kind of it once, because a server tries again.
private final class RefusalNotes: ProxyObserver {
    private let server: ServerName
    private let secrets: [String: String]
    private let said = Locked<Set<String>>([])
    private let remarks: Remarks

    init(server: ServerName, declarations: ProxyDeclarations, remarks: Remarks) {
        self.server = server
        self.remarks = remarks
        secrets = Dictionary(uniqueKeysWithValues: declarations.all.map { ($0.upstream.name, $0.upstream.secret.text) })
    }

    func refusedConnection(to upstream: String, uid: UInt32?) {
        say("a connection to the proxy of \(upstream) came from outside the launch, and was closed", [])
    }

    func refusedRequest(to upstream: String, because refusal: RequestRefusal) {
        say("the server's request to \(upstream) was refused: \(refusal.rawValue)", hints(upstream, refusal))
    }

    private func hints(_ upstream: String, _ refusal: RequestRefusal) -> [String] {
        switch refusal {
        case .denied:
            [
                "For a tool's calls: warder grant add \(server.text)/TOOL \(secrets[upstream] ?? "SECRET")",
                "For what it does without one, as at its start: \(server.text)/@launch in place of the tool",
                "Why: warder audit search --decision refused --server \(server.text)",
            ]
        case .unapproved:
            [
                "Read it and decide: warder approval list, then warder approval show apr_…",
                "Once it is approved, the same call with the same arguments goes through, once",
            ]
        case .inDoubt:
            [
                "The server printed a line to its standard output that may be an answer: nobody knows which call is in flight",
                "Have it write its log to standard error; standard output is for messages of the protocol alone",
            ]
        case .noPlaceholder, .misplaced, .ambiguous:
            [
                "Say where the server sends its credential: --proxy-place \(upstream)=header:FIELD, or basic, or query:NAME"
            ]
        case .unavailable: ["Is it open? warder status"]
        case .unreachable:
            ["Its name and port, the network, its certificate: --proxy-ca \(upstream)=FILE for a private one"]
        case .target, .method, .host, .framing, .upgrade, .unusable, .answer:
            ["What it means: docs/operations/proxy.md"]
        }
    }

    private func say(_ line: String, _ hints: [String]) {
        guard said.withLock({ $0.insert(line).inserted }) else { return }
        remarks.say(line, hints: hints)
    }
}
