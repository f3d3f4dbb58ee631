import Foundation
import Locking
import NIOCore
import NIOHTTP1
import NIOPosix
import SecretMemory
import StrictJSON
import WarderWire

/// The daemon's side of the worker's socket, as docs/formats/worker.md has it.
final class FakeDaemon: Sendable {
    struct State {
        var jobs: [[UInt8]] = []
        var results: [(id: String, result: JobResult)] = []
        /// Requests in order: `POST /v1/jobs/take`, with their bodies where they are not results.
        var requests: [String] = []
        var connections = 0
        /// What results are answered.
        var statusOfResults = 204
        /// What asking for a job is answered instead of a job.
        var refusal: Int?
    }

    let state = Locked(State())
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel

    init(path: String) throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let state = state
        channel = try ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    state.withLock { $0.connections += 1 }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(DaemonHandler(state: state))
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
            .wait()
    }

    /// Goes away with all its connections.
    func stop() throws { try group.syncShutdownGracefully() }

    func give(_ job: Job) throws {
        let text = try job.json()
        let bytes = unsafe text.withUnsafeBytes { unsafe Array($0) }
        state.withLock { $0.jobs.append(bytes) }
    }

    func give(raw text: String) { state.withLock { $0.jobs.append(Array(text.utf8)) } }

    /// Waits for as many results, for twenty seconds at most.
    func results(_ count: Int) async throws -> [(id: String, result: JobResult)] {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let results = state.withLock { $0.results }
            if results.count >= count { return results }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Unprepared(description: "no result came")
    }

    func waitUntil(_ condition: (State) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if state.withLock({ condition($0) }) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Unprepared(description: "it did not happen")
    }
}

private final class DaemonHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let state: Locked<FakeDaemon.State>
    private var target = ""
    private var body: [UInt8] = []

    init(state: Locked<FakeDaemon.State>) { self.state = state }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            target = "\(head.method) \(head.uri)"
            body = []
        case .body(let part): body += Array(part.readableBytesView)
        case .end:
            if target == "POST /v1/jobs/take" {
                state.withLock { $0.requests.append("\(target) \(String(decoding: body, as: UTF8.self))") }
                take(context)
            } else {
                finish(context)
            }
        }
    }

    /// Waits a little for a job, as the daemon waits longer.
    private func take(_ context: ChannelHandlerContext, rounds: Int = 20) {
        if let refusal = state.withLock({ $0.refusal }) { return answer(context, refusal, []) }
        if let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) {
            return answer(context, 200, job)
        }
        guard rounds > 0 else { return answer(context, 204, []) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(10)) {
            let (handler, context) = bound.value
            if context.channel.isActive { handler.take(context, rounds: rounds - 1) }
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        let parts = target.split(separator: "/")
        let id = parts.count == 5 ? String(parts[3]) : "?"
        let result = try? JobResult.decode(JSONDocument(parsing: body, limits: JobResult.limits))
        let status = state.withLock { state in
            state.requests.append(target)
            if let result { state.results.append((id, result)) }
            return state.statusOfResults
        }
        answer(context, status, [])
    }

    private func answer(_ context: ChannelHandlerContext, _ status: Int, _ body: [UInt8]) {
        var headers = HTTPHeaders()
        if status != 204 { headers.add(name: "Content-Length", value: String(body.count)) }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
