import Logging
import NIOCore

/// An answer of unknown length: pieces are read on a thread that may wait, and written one after the other, the next
/// one only when this one is on its way, so that memory stays bounded.
///
/// Lives on the event loop of its connection, and ends it.
final class AnswerStream {
    private let next: @Sendable () throws -> [UInt8]?
    private let channel: any Channel
    private let server: ServerContext
    private let connection: Connection

    /// `next`: the next piece, empty when it must be asked again, `nil` after the last. May block.
    init(
        _ next: @escaping @Sendable () throws -> [UInt8]?,
        over channel: any Channel,
        server: ServerContext,
        connection: Connection
    ) {
        self.next = next
        self.channel = channel
        self.server = server
        self.connection = connection
    }

    func start(_ mediaType: Answer.MediaType) {
        var head = channel.allocator.buffer(capacity: 256)
        head.writeStaticString("HTTP/1.1 200 OK\r\nContent-Type: ")
        head.writeStaticString(mediaType.text)
        head.writeStaticString("\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n")
        channel.writeAndFlush(head, promise: nil)
        read()
    }

    private func read() {
        guard channel.isActive else { return }
        connection.streamGoesOn()
        let loop = channel.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        server.slowWork { [next] in
            let piece = Result { try next() }
            loop.execute { bound.value.go(on: piece) }
        }
    }

    private func go(on piece: Result<[UInt8]?, any Error>) {
        guard channel.isActive else { return }
        do { write(try piece.get()) } catch {
            // Without the last chunk, so that nobody takes what came for the whole.
            server.logger.warning("an answer broke off", metadata: ["error": "\(error)"])
            connection.streamEnds()
            channel.close(promise: nil)
        }
    }

    private func write(_ piece: [UInt8]?) {
        guard let piece else { return writeEnd() }
        if piece.isEmpty { return read() }
        var buffer = channel.allocator.buffer(capacity: piece.count + 16)
        buffer.writeString(String(piece.count, radix: 16) + "\r\n")
        buffer.writeBytes(piece)
        buffer.writeStaticString("\r\n")
        // It may hold names or values.
        piece.wipe()
        let sent = channel.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [buffer] outcome in
            buffer.wipe()
            if case .success = outcome { self.read() }
        }
        channel.writeAndFlush(buffer, promise: sent)
    }

    private func writeEnd() {
        connection.streamEnds()
        let sent = channel.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [channel] _ in channel.close(promise: nil) }
        channel.writeAndFlush(ByteBuffer(staticString: "0\r\n\r\n"), promise: sent)
    }
}
