import NIOCore
import NIOHTTP1

/// Serves one connection of the server: one request after the other, each with an exchange with the upstream.
///
/// The connection to the upstream is kept for the next request and ends with the server's. So there is no pool that could
/// mix up whose answer is whose.
struct ServerConnection: Sendable {
    // Functions that read a stream are concurrent, as its iterator's own are: it must not go from one isolation to another.

    typealias Accepted = NIOAsyncChannel<HTTPServerRequestPart, AnswerPart>
    typealias Requests = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    typealias AnswersOut = NIOAsyncChannelOutboundWriter<AnswerPart>
    /// What is still to be done about a request that has its answer, while the next one is served; one at a time.
    typealias Aftermath = TaskGroup<Void>

    /// Of a body that nobody wants, in bytes.
    private static let mostDrained = 1 << 20

    let upstream: ProxiedUpstream
    /// The proxy's own address.
    let base: String
    /// Values of `Host` that mean the proxy, in lower case.
    let ownAddresses: Set<String>
    let dialer: UpstreamDialer
    let calls: CallsInFlight
    let credentials: any CredentialSource
    let known: KnownCredentials
    let observer: any ProxyObserver

    /// A request that waits for an exchange.
    struct Waiting: Sendable {
        var request: CheckedRequest
        /// What it was sent with already; `nil` the first time.
        var permit: Permit?
    }

    /// What one request of the server's may be made with. A second attempt is the same request: the vault is not asked
    /// for it anew, which would use up a second yes of people who said one.
    struct Permit: Sendable {
        let issued: IssuedCredential
        /// What was in flight when it was given.
        let moment: CallsInFlight.Moment
        /// One for each attempt.
        var reports: [UpstreamReport] = []

        func finish() async { await issued.finish(reports) }
    }

    @concurrent
    func serve(_ accepted: Accepted) async {
        await withTaskGroup { aftermath in await serve(accepted, leaving: &aftermath) }
    }

    @concurrent
    private func serve(_ accepted: Accepted, leaving aftermath: inout Aftermath) async {
        // What goes wrong here is that one of both sides has gone, and the other sees it by its connection's end.
        try? await accepted.executeThenClose { inbound, outbound in
            var requests = inbound.makeAsyncIterator()
            var waiting = try await nextRequest(&requests, outbound)
            while let current = waiting {
                waiting = nil
                let link: UpstreamDialer.Connection
                do throws(RequestRefusal) {
                    link = try await dialer.connect(on: accepted.channel.eventLoop)
                } catch {
                    await current.permit?.finish()
                    guard try await refuse(error, current.request.body, &requests, outbound) else { return }
                    waiting = try await nextRequest(&requests, outbound)
                    continue
                }
                accepted.channel.closeFuture.whenComplete { _ in link.channel.close(promise: nil) }
                // A fault in closing this link is none of the request that waits for the next one.
                try? await link.executeThenClose { answers, upstreamRequests in
                    waiting = try await serve(
                        current,
                        &requests,
                        outbound,
                        over: Link(
                            server: accepted.channel,
                            channel: link.channel,
                            answers: answers.makeAsyncIterator(),
                            requests: upstreamRequests
                        ),
                        leaving: &aftermath
                    )
                }
            }
        }
    }

    /// Exchanges requests over one link, until it can take no more of them.
    ///
    /// - Returns: The request that has to go over another link; `nil` where the server's connection is to end.
    @concurrent
    private func serve(
        _ first: Waiting,
        _ requests: inout Requests,
        _ outbound: AnswersOut,
        over link: consuming Link,
        leaving aftermath: inout Aftermath
    ) async throws -> Waiting? {
        var link = link
        var current = first
        while true {
            switch try await exchange(current, &requests, outbound, over: &link, leaving: &aftermath) {
            case .close:
                return nil
            case .again(let permit):
                return Waiting(request: current.request, permit: permit)
            case .done(let keepsLink):
                guard let next = try await nextRequest(&requests, outbound) else { return nil }
                guard keepsLink, link.channel.isActive else { return next }
                link.isUsed = true
                current = next
            }
        }
    }

    /// The next request that may be carried; the others are answered here.
    @concurrent
    private func nextRequest(_ requests: inout Requests, _ outbound: AnswersOut) async throws -> Waiting? {
        while let part = try await requests.next() {
            // What is left of a request that was refused and had no body.
            guard case .head(let head) = part else { continue }
            do throws(RequestRefusal) {
                return Waiting(request: try CheckedRequest(head, to: upstream, ownAddresses: ownAddresses))
            } catch {
                guard try await refuse(error, try? CheckedRequest.body(of: head), &requests, outbound) else {
                    return nil
                }
            }
        }
        return nil
    }

    /// Answers for the proxy itself.
    /// `body` is `nil` where nobody can say where the request ends. Returns whether the connection goes on.
    @concurrent
    func refuse(
        _ refusal: RequestRefusal,
        _ body: CheckedRequest.Body?,
        _ requests: inout Requests,
        _ outbound: AnswersOut
    ) async throws -> Bool {
        observer.refusedRequest(to: upstream.name, because: refusal)
        let goesOn = body == CheckedRequest.Body.none
        let text = #"{"error":{"code":"\#(refusal.rawValue)","message":"\#(refusal.message)"}}"#
        var headers = HTTPHeaders([
            ("Content-Type", "application/json"), ("Content-Length", String(text.utf8.count)),
            ("Warder-Refusal", refusal.rawValue),
        ])
        if !goesOn { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: refusal.status)
        try await outbound.write(contentsOf: [
            .head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)),
            .body(ByteBuffer(string: text)),
            .end(nil),
        ])
        guard !goesOn, body != nil else { return goesOn }
        // A connection that closes with a body unread takes its answer with it.
        var left = Self.mostDrained
        while left > 0, let part = try await requests.next() {
            switch part {
            case .head, .end: return false
            case .body(let bytes): left -= bytes.readableBytes
            }
        }
        return false
    }
}

/// A connection to the upstream while it is used.
struct Link {
    /// The server's connection that it is for, and ends with.
    let server: any Channel
    let channel: any Channel
    var answers: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    let requests: NIOAsyncChannelOutboundWriter<RequestPart>
    /// Whether it has carried a request before: then the upstream may have closed it meanwhile.
    var isUsed = false
}
