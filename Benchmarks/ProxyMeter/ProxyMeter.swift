import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import SecretMemory
import UpstreamAddresses
import UpstreamProxy
import WarderModel

/// Says what the proxy adds to a request: the same requests to the same upstream in the same run, in turn directly and
/// through the proxy, over connections that stay open.
///
/// The vault is left out: what an answer of it costs is measured elsewhere. Prints JSON: medians in microseconds over
/// blocks in which the two take turns, so that both see the same machine.
@main
struct ProxyMeter {
    private static let blocks = 40
    private static let requests = 250
    private static let answerBytes = 4_096

    static func main() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Upstream(count: answerBytes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        let upstream = ProxiedUpstream(
            name: "upstream",
            origin: try UpstreamOrigin("http://127.0.0.1:\(port)"),
            secret: try SecretName("bench/token")
        )
        let proxy = try await LoopbackProxy(
            upstream,
            calls: CallsInFlight(),
            credentials: Constant(value: try SecretBytes(copying: Array("glsa_0123456789abcdefghijklmnopqrst".utf8))),
            observer: Silence(),
            isOwn: { _ in (true, nil) }
        )
        let serving = Task { await proxy.run() }
        let figures = try await measure(port, proxy)
        serving.cancel()
        try await listener.close()
        FileHandle.standardOutput.write(try JSONEncoder().encode(figures))
    }

    private static func measure(_ port: Int, _ proxy: LoopbackProxy) async throws -> [String: Double] {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(
                    with: Result {
                        let direct = try Connection(port)
                        let proxied = try Connection(proxy.port)
                        let plain = "GET /x HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer x\r\n\r\n"
                        let token = proxy.upstream.placeholder.text
                        let held =
                            "GET /x HTTP/1.1\r\nHost: 127.0.0.1:\(proxy.port)\r\nAuthorization: Bearer \(token)\r\n\r\n"
                        var floors: [Double] = []
                        var differences: [Double] = []
                        for block in 0..<blocks {
                            let floor = median(try (0..<requests).map { _ in try direct.time(plain, answerBytes) })
                            let through = median(try (0..<requests).map { _ in try proxied.time(held, answerBytes) })
                            // The first block warms up.
                            guard block > 0 else { continue }
                            floors.append(floor)
                            differences.append(through - floor)
                        }
                        return ["proxy_bare_us": median(floors), "proxy_overhead_us": median(differences)]
                    }
                )
            }.start()
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// A vault that knows one value and asks nobody.
private struct Constant: CredentialSource {
    let value: SecretBytes

    func resolve(
        _ secret: SecretName,
        field: FieldName,
        for calls: [ToolCall]
    ) async throws(CredentialFault) -> IssuedCredential {
        IssuedCredential(value: value, version: 1, renew: { nil }, finish: { _ in })
    }
}

private struct Silence: ProxyObserver {
    func refusedConnection(to upstream: String, uid: UInt32?) {}
    func refusedRequest(to upstream: String, because refusal: RequestRefusal) {}
}

/// Answers every request with the same bytes.
private final class Upstream: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let body: ByteBuffer

    init(count: Int) { body = ByteBuffer(repeating: UInt8(ascii: "x"), count: count) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .ok,
            headers: ["Content-Length": "\(body.readableBytes)"]
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// A connection that waits for nothing else.
private final class Connection {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw CocoaError(.fileReadUnknown) }
    }

    deinit { close(descriptor) }

    /// Microseconds until an answer with a body of `count` bytes is there.
    func time(_ request: String, _ count: Int) throws -> Double {
        let start = ContinuousClock.now
        let bytes = Array(request.utf8)
        guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw CocoaError(.fileWriteUnknown)
        }
        var seen = 0
        var body: Int?
        while body.map({ $0 < count }) ?? true {
            let more = unsafe recv(descriptor, &buffer[seen], buffer.count - seen, 0)
            guard more > 0 else { throw CocoaError(.fileReadUnknown) }
            seen += more
            if body == nil, let end = buffer[..<seen].firstRange(of: Array("\r\n\r\n".utf8)) {
                body = seen - end.upperBound
            } else {
                body? += more
            }
        }
        guard buffer.starts(with: "HTTP/1.1 200".utf8) else { throw CocoaError(.fileReadCorruptFile) }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) * 1e6 + Double(attoseconds) / 1e12
    }
}
