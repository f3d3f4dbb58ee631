import Locking
import NIOCore
import NIOPosix

/// What belongs to one process: a thread, its connections and its tokens.
///
/// None of it survives a fork: the child has no such thread, must not use its parent's connections, and finds the
/// tokens wiped.
final class Session: Sendable {
    /// The process that made it.
    let processID: Int32
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let direct: DirectLine
    /// Time as this session measures it.
    private let elapsed: @Sendable () -> Duration
    private let resolver: NIOLoopBoundBox<Resolver?>
    /// Whether calls may still come in. A loop that was shut down drops what it is given, and a call would wait for
    /// ever.
    private let isOpen = Locked(true)

    init(processID: Int32, path: String, configuration: WarderClientConfiguration) {
        self.processID = processID
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let resolver = NIOLoopBoundBox.makeEmptyBox(valueType: Resolver.self, eventLoop: loop)
        let elapsed = Resolver.stopwatch(configuration.clock)
        let direct = DirectLine(path: path, configuration: configuration)
        loop.execute {
            resolver.value = Resolver(
                path: path,
                configuration: configuration,
                elapsed: elapsed,
                direct: direct,
                loop: loop
            )
        }
        self.elapsed = elapsed
        self.direct = direct
        self.loop = loop
        self.resolver = resolver
    }

    deinit {
        // A group that was shut down already is not disturbed by this.
        group.shutdownGracefully { _ in }
    }

    /// The value of a secret, asked for on this very thread where that will do.
    func resolve(_ request: SecretRequest) async throws(WarderClientError) -> ResolvedSecret {
        let beginning: Resolver.Beginning
        switch direct.ask(request, at: elapsed()) {
        case .answered(let document, let token):
            return try ResolvedSecret(request, reading: document, token: token)
        case .underWay(let sent): beginning = .underWay(sent)
        case .lost(let token): beginning = .lost(token)
        case nil: beginning = .anew
        }
        return try await perform { resolver, reply in resolver.resolve(request, from: beginning, then: reply) }
    }

    /// Runs `start` on the event loop and waits for what it replies.
    func perform<Value: Sendable>(
        isCancellable: Bool = true,
        _ start: @escaping @Sendable (Resolver, _ reply: @escaping (Result<Value, WarderClientError>) -> Void) -> Void
    ) async throws(WarderClientError) -> Value {
        try await outcome(of: start, isCancellable: isCancellable).get()
    }

    /// The same for what would otherwise go on for long after the task was cancelled.
    func performInterruptibly<Value: Sendable>(
        _ start:
            @escaping @Sendable (
                Resolver, Interruption, _ reply: @escaping (Result<Value, WarderClientError>) -> Void
            ) -> Void
    ) async throws(WarderClientError) -> Value {
        let interruption = Interruption()
        let outcome: Reply<Value>.Outcome = await withTaskCancellationHandler {
            await self.outcome(
                of: { resolver, reply in start(resolver, interruption, reply) },
                isCancellable: true
            )
        } onCancel: {
            interruption.set()
            isOpen.withLock { isOpen in
                if isOpen { loop.execute { [resolver] in resolver.value?.interrupt(interruption) } }
            }
        }
        return try outcome.get()
    }

    private func outcome<Value: Sendable>(
        of start: @escaping @Sendable (Resolver, _ reply: @escaping (Result<Value, WarderClientError>) -> Void) -> Void,
        isCancellable: Bool
    ) async -> Reply<Value>.Outcome {
        let reply = Reply<Value>()
        return await reply.wait(orUntilCancelled: isCancellable) {
            let isTaken = isOpen.withLock { isOpen in
                if isOpen { run(start, for: reply) }
                return isOpen
            }
            if !isTaken { reply.complete(.failure(WarderClientError(.closed))) }
        }
    }

    /// Gives the tokens back within a second, closes the connections and ends the thread.
    func close() async {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        guard wasOpen else { return }
        direct.close()
        let reply = Reply<Void>()
        _ = await reply.wait(orUntilCancelled: false) {
            run({ resolver, done in resolver.close { done(.success(())) } }, for: reply)
        }
        try? await group.shutdownGracefully()
    }

    private func run<Value>(
        _ start: @escaping @Sendable (Resolver, _ reply: @escaping (Result<Value, WarderClientError>) -> Void) -> Void,
        for reply: Reply<Value>
    ) {
        loop.execute { [resolver] in
            guard let resolver = resolver.value else { return reply.complete(.failure(WarderClientError(.closed))) }
            start(resolver) { reply.complete($0) }
        }
    }
}
