import Dispatch
import Locking
import NIOCore
import NIOHTTP1
import NIOPosix
import SecretMemory
import SecretRedaction

/// Between a client that speaks MCP over standard input and output, and a server elsewhere that speaks it over Streamable
/// HTTP: each line is posted, and what the server says becomes lines.
///
/// Both eras of the protocol: with a handshake and a session, and without. Requests are in flight side by side;
/// everything else leaves in the order in which the client said it, and no request waits for it but behind a handshake.
package final class RemoteBridge: Sendable {
    /// Tells a person on standard error, with what to do about it.
    package typealias Note = @Sendable (String, [String]) -> Void

    /// Why there is no bridge.
    package enum Unopened: Error, Hashable, Sendable {
        /// The file of certificates cannot be read, or holds none.
        case authorities
        /// There is no memory that is kept from disk.
        case memory
        /// A secret is such that it cannot be kept out of answers.
        case unusable
    }

    /// What the server and the client have agreed on.
    struct Agreement {
        var target: String
        var session: String?
        var version: String?
        /// Of each tool.
        var parameters: [String: ToolParameters] = [:]
    }

    static let mostInFlight = 256
    /// Tools whose arguments go into headers.
    private static let mostTools = 4096
    /// Messages that are no requests and wait for their turn: a client that says more of them waits.
    private static let mostInOrder = 256
    /// A client is done when it has closed its end; what cannot end at once, such as a connection that is just being made, is
    /// not waited for any longer. Clients wait for two seconds.
    private static let farewell = TimeAmount.milliseconds(1500)

    let server: RemoteServer
    /// For what is answered, and for what stays open.
    let dialer: UpstreamDialer
    let patientDialer: UpstreamDialer
    private let hastyDialer: UpstreamDialer
    let idle = IdleConnections()
    let memory: MessageMemory
    /// How long a server may take to take a message that is no request.
    private let patience: TimeAmount
    let agreement: Locked<Agreement>
    private let inFlight = Locked<[MessageID: RemoteCall]>([:])
    /// The newest message that is no request, and how many of those wait.
    private let inOrder = Locked<(last: RemoteCall?, waiting: Int)>((nil, 0))
    private let channels = Locked<(open: [Int: any Channel], last: Int, isOver: Bool)>(([:], 0, false))
    private let shapes: SecretShapes?
    private let note: Note
    private let said = Locked<Set<String>>([])

    /// - Parameters:
    ///   - server: where it is.
    ///   - authorities: a file of certificates in PEM that alone are trusted; `nil` for those of the system.
    ///   - note: tells a person; each text once.
    /// - Throws: ``Unopened``.
    package convenience init(_ server: RemoteServer, authorities: String?, note: @escaping Note) throws(Unopened) {
        try self.init(server, authorities: authorities, patience: .seconds(30), memory: MessageMemory(), note: note)
    }

    init(
        _ server: RemoteServer,
        authorities: String?,
        patience: TimeAmount,
        memory: MessageMemory,
        note: @escaping Note
    ) throws(Unopened) {
        self.server = server
        self.patience = patience
        self.memory = memory
        self.note = note
        agreement = Locked(Agreement(target: server.target))
        do {
            dialer = try UpstreamDialer(server.origin, authorities: authorities)
            patientDialer = try UpstreamDialer(server.origin, authorities: authorities, isPatient: true)
            hastyDialer = try UpstreamDialer(server.origin, authorities: authorities, limit: .milliseconds(400))
        } catch { throw .authorities }
        // What is shorter stands in every text.
        let secrets = server.secrets.filter {
            (SecretShapes.leastBytes...SecretShapes.mostBytes).contains($0.utf8.count)
        }
        let known: [SecretBytes]
        do { known = try secrets.map { try SecretBytes(copying: Array($0.utf8)) } } catch { throw .memory }
        do throws(SecretShapes.Unusable) { shapes = try known.isEmpty ? nil : SecretShapes(known) } catch {
            throw .unusable
        }
    }

    /// Carries messages until the client closes its end, and is done soon after that. For a thread that no task runs on: it
    /// waits.
    package func serve(input: Int32, output: Int32) {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let done = DispatchSemaphore(value: 0)
        loop.makeFutureWithTask {
            await self.run(input: input, output: output) {
                loop.scheduleTask(in: Self.farewell) { done.signal() }
            }
        }.whenComplete { _ in done.signal() }
        done.wait()
    }

    /// The same, for a task, until all that was begun has ended.
    package func run(input: Int32, output: Int32, whenEnded: @escaping @Sendable () -> Void = {}) async {
        let lines = ClientLines(input) {
            self.closeAll()
            whenEnded()
        }
        let output = ClientOutput(output)
        await withDiscardingTaskGroup { group in
            for await line in lines.lines {
                lines.makeRoom()
                if isOver { break }
                switch line {
                case .whole(let bytes): await take(bytes, output, &group)
                case .tooLong: tell("a message of the client was longer than 8 MiB, and was not sent")
                }
            }
            group.cancelAll()
        }
        await endSession()
    }

    // MARK: What the client says

    private func take(_ bytes: [UInt8], _ output: ClientOutput, _ group: inout DiscardingTaskGroup) async {
        guard bytes.contains(where: { $0 > 0x20 }) else { return }
        let message: RemoteMessage
        do throws(RemoteMessage.Unreadable) { message = try RemoteMessage(bytes) } catch {
            return tell("a line of the client is no message of JSON-RPC, and was not sent")
        }
        let share = memory.share()
        let call = RemoteCall(message, share)
        guard share.hold(bytes.count) else { return await refuse(call, .crowded, output) }
        switch message.kind {
        case .request(_, let method):
            guard inFlight.withLock({ $0.count < Self.mostInFlight }) else {
                return await refuse(call, .tooMany, output)
            }
            guard method == "initialize" else { return start(call, output, &group) }
            // What was said before belongs to another session, and what comes behind a handshake needs what it brings.
            _ = await inOrder.withLock { $0.last }?.ended()
            agreement.withLock { ($0.session, $0.version) = (nil, nil) }
            start(call, output, &group)
            _ = await call.ended()
        case .notification(let method):
            if let id = message.document.cancelled, let call = inFlight.withLock({ $0[id] }), call.isModern {
                return call.cancel()
            }
            await sendInOrder(call, output, &group)
            guard method == "notifications/initialized" else { return }
            if await call.ended() { group.addTask { await self.listen(output) } }
        case .answer: await sendInOrder(call, output, &group)
        }
    }

    /// Sends a message that nobody answers behind those that were said before; waits only where too many do.
    private func sendInOrder(
        _ call: RemoteCall,
        _ output: ClientOutput,
        _ group: inout DiscardingTaskGroup
    ) async {
        let (before, waiting) = inOrder.withLock { inOrder in
            defer { inOrder.last = call }
            inOrder.waiting += 1
            return (inOrder.last, inOrder.waiting)
        }
        group.addTask {
            _ = await before?.ended()
            let limit = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: self.patience) {
                guard !call.isOver else { return }
                self.tell("the server did not take a message that is no request, and the next one was sent")
                call.cancel()
            }
            if !self.idle.take(call) { await self.carry(call, output) }
            _ = await call.ended()
            limit.cancel()
        }
        // Its connection may wait for more.
        group.addTask {
            _ = await call.ended()
            self.inOrder.withLock { $0.waiting -= 1 }
        }
        if waiting > Self.mostInOrder { _ = await call.ended() }
    }

    private func start(_ call: RemoteCall, _ output: ClientOutput, _ group: inout DiscardingTaskGroup) {
        if let id = call.id { inFlight.withLock { $0[id] = call } }
        // A stream that stays open has a connection of its own.
        if !call.staysOpen, idle.take(call) { return }
        group.addTask { await self.carry(call, output) }
    }

    // MARK: Connections

    /// Remembers a connection that ends with the bridge; answers its number.
    func opened(_ channel: any Channel) -> Int {
        let (number, isOver) = channels.withLock { channels in
            channels.last += 1
            channels.open[channels.last] = channel
            return (channels.last, channels.isOver)
        }
        if isOver { channel.close(promise: nil) }
        return number
    }

    func closed(_ number: Int) {
        channels.withLock { _ = $0.open.removeValue(forKey: number) }
    }

    /// The client has gone: nobody waits for an answer.
    private func closeAll() {
        let open = channels.withLock { channels in
            channels.isOver = true
            return Array(channels.open.values)
        }
        for channel in open { channel.close(promise: nil) }
    }

    var isOver: Bool { channels.withLock { $0.isOver } }

    /// Tells the server that its session is over, where it has one; waits only briefly.
    private func endSession() async {
        guard agreement.withLock({ $0.session != nil }) else { return }
        let head = self.head(.DELETE, for: nil, accepting: "application/json", length: nil)
        guard let connection = try? await hastyDialer.connect() else { return }
        let channel = connection.channel
        let limit = channel.eventLoop.scheduleTask(in: .milliseconds(500)) { channel.close(promise: nil) }
        defer { limit.cancel() }
        try? await connection.executeThenClose { answers, requests in
            try await requests.write(contentsOf: [.head(head), .end(nil)])
            for try await _ in answers { return }
        }
    }

    // MARK: What the client hears

    /// Writes a message to the client, without what it must not see; `false` where a secret stood across texts, so that what is
    /// left is no message, and nothing was written.
    @discardableResult
    func say(_ line: [UInt8], _ output: ClientOutput) async -> Bool {
        let covered = shapes?.redacted(line) ?? line
        guard covered == line || (try? RemoteMessage(covered)) != nil else { return false }
        await output.write(covered)
        return true
    }

    /// Answers a request that the server did not, and tells the person why.
    func refuse(_ call: RemoteCall, _ fault: RemoteFault, _ output: ClientOutput) async {
        guard !call.isOver else { return end(call, false) }
        if !isOver { tell(fault.message, fault.hints) }
        if let id = call.id { await say(RemoteMessage.error(id, code: fault.code, fault.message), output) }
        end(call, false)
    }

    /// The server has taken the message, or answered it.
    func end(_ call: RemoteCall, _ isTaken: Bool) {
        if let id = call.id {
            inFlight.withLock { if $0[id] === call { $0[id] = nil } }
        }
        call.end(isTaken)
    }

    func tell(_ text: String, _ hints: [String] = []) {
        guard said.withLock({ $0.count < 64 && $0.insert(text).inserted }) else { return }
        note(text, hints)
    }

    // MARK: What was agreed on

    /// What an answer says about the requests to come.
    func learn(from answer: RemoteDocument, to call: RemoteCall) {
        agreement.withLock { agreement in
            switch call.method {
            case "initialize": agreement.version = answer.agreedVersion
            case "tools/list" where call.isModern:
                for parameters in answer.parameters
                where agreement.parameters.count < Self.mostTools || agreement.parameters[parameters.tool] != nil {
                    agreement.parameters[parameters.tool] = parameters
                }
            default: return
            }
        }
    }
}
