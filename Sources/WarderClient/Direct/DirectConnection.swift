import Glibc
import NIOCore

/// A connection of one thread at a time, with room for a request and for an answer of usual size.
final class DirectConnection: @unchecked Sendable {
    // Unchecked: whoever took it from the line has it alone.

    /// What became of a request.
    enum Outcome {
        /// The body of an answer that gives a value.
        case value(AnswerBody)
        /// What came so far is no such answer, or not all of it.
        case other(ByteBuffer)
        /// The vault had closed the connection.
        case lost
    }

    /// Bytes of an answer, head and value, that are read here.
    private static let answerBytes = 16_384

    private var incoming = [UInt8](repeating: 0, count: answerBytes)
    private var outgoing = ByteBuffer()
    private var descriptor: CInt?

    /// - Returns: `nil` where nobody listens.
    init?(to path: String) {
        do throws(IOError) { descriptor = try VaultSocket.connect(to: path) } catch { return nil }
    }

    deinit { if let descriptor { close(descriptor) } }

    /// Sends a request, and waits for its answer for `patience` milliseconds at most.
    func ask(_ request: VaultRequest, patience: CInt) -> Outcome {
        guard let descriptor, send(request, to: descriptor) else { return .lost }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wanted, 1, patience) == 1 else { return .other(ByteBuffer()) }
        let count = unsafe recv(descriptor, &incoming, incoming.count, CInt(MSG_DONTWAIT))
        guard count > 0 else { return count < 0 && errno == EAGAIN ? .other(ByteBuffer()) : .lost }
        // The value is in protected memory or on its way to the event loop afterwards.
        defer { incoming.wipe(first: count) }
        guard let place = ValueAnswer.body(in: incoming.span.extracting(..<count)) else {
            return .other(ByteBuffer(bytes: incoming[..<count]))
        }
        return .value(AnswerBody(incoming.span.extracting(place)))
    }

    /// Gives the connection away; nothing can be asked on it here any more.
    func release() -> CInt? {
        defer { descriptor = nil }
        return descriptor
    }

    /// - Returns: Whether all of it went out. A vault that has a part of a request does nothing with it.
    private func send(_ request: VaultRequest, to descriptor: CInt) -> Bool {
        outgoing.clear()
        request.write(into: &outgoing)
        defer { outgoing.wipe() }
        return unsafe outgoing.withUnsafeReadableBytes { bytes in
            unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
        }
    }
}
