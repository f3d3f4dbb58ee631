import Glibc
import Locking
import NIOCore
import StrictJSON

/// A connection of one thread at a time, with room for a request and for an answer of usual size.
final class DirectConnection: Sendable {
    /// What became of a request.
    enum Outcome {
        /// What an answer says that gives a value.
        case value(JSONDocument)
        /// What came so far is no such answer, or not all of it.
        case other(ByteBuffer)
        /// The vault had closed the connection.
        case lost
    }

    fileprivate struct Room {
        var descriptor: CInt?
        /// An answer, head and value; a longer one is for the event loop.
        var incoming = [UInt8](repeating: 0, count: 16_384)
        var outgoing = ByteBuffer()
    }

    private let room: Locked<Room>

    /// - Returns: `nil` where nobody listens.
    init?(to path: String) {
        do throws(IOError) { room = Locked(Room(descriptor: try VaultSocket.connect(to: path))) } catch { return nil }
    }

    deinit { if let descriptor = release() { close(descriptor) } }

    /// Sends a request, and waits for its answer for `patience` milliseconds at most.
    func ask(_ request: VaultRequest, patience: CInt) -> Outcome {
        room.withLock { room in room.ask(request, patience: patience) }
    }

    /// Gives the connection away; nothing can be asked on it here any more.
    func release() -> CInt? { room.withLock { $0.descriptor.take() } }
}

extension DirectConnection.Room {
    fileprivate mutating func ask(_ request: VaultRequest, patience: CInt) -> DirectConnection.Outcome {
        guard let descriptor, isSilent(descriptor), send(request, to: descriptor) else { return .lost }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wanted, 1, patience) == 1 else { return .other(ByteBuffer()) }
        let count = unsafe recv(descriptor, &incoming, incoming.count, CInt(MSG_DONTWAIT))
        guard count > 0 else { return count < 0 && errno == EAGAIN ? .other(ByteBuffer()) : .lost }
        // The value is in protected memory or on its way to the event loop afterwards.
        defer { incoming.wipe(first: count) }
        guard let place = ValueAnswer.body(in: incoming.span.extracting(..<count)),
            let document = try? JSONDocument(copying: incoming.span.extracting(place))
        else { return .other(ByteBuffer(bytes: incoming[..<count])) }
        return .value(document)
    }

    /// Whether the vault has neither closed its end nor said anything unasked, which would be taken for the answer.
    private func isSilent(_ descriptor: CInt) -> Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT))
        return count < 0 && errno == EAGAIN
    }

    /// - Returns: Whether all of it went out. A vault that has a part of a request does nothing with it.
    private mutating func send(_ request: VaultRequest, to descriptor: CInt) -> Bool {
        outgoing.clear()
        request.write(into: &outgoing)
        defer { outgoing.wipe() }
        return unsafe outgoing.withUnsafeReadableBytes { bytes in
            unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
        }
    }
}
