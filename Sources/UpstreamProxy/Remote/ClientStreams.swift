import Dispatch
import Foundation
import Glibc

/// What the client says, line by line, read by a thread of its own.
struct ClientLines {
    enum Line: Sendable {
        case whole([UInt8])
        case tooLong
    }

    /// Lines that wait to be sent: a client that writes faster waits. Each may be of `RemoteMessage.mostBytes`.
    private static let most = 4
    /// How long the end of a client that waits may be unknown, in milliseconds.
    private static let pause = 200

    let lines: AsyncStream<Line>
    private let room = DispatchSemaphore(value: 0)

    /// Begins to read; `whenEnded` is called when the client has closed its end.
    init(_ descriptor: Int32, whenEnded: @escaping @Sendable () -> Void) {
        let (lines, continuation) = AsyncStream<Line>.makeStream()
        self.lines = lines
        let room = room
        for _ in 0..<Self.most { room.signal() }
        Thread.detachNewThread {
            var cut = Lines(limit: RemoteMessage.mostBytes)
            /// Answers whether the client is there still.
            func pass(_ piece: Lines.Piece) -> Bool {
                let line: Line
                switch piece {
                case .line(let bytes): line = .whole(bytes)
                case .part(_, isLast: true): line = .tooLong
                case .part(_, isLast: false): return true
                }
                while room.wait(timeout: .now() + .milliseconds(Self.pause)) == .timedOut {
                    if Self.hasHungUp(descriptor) { return false }
                }
                continuation.yield(line)
                return true
            }
            var isThere = true
            StdioRelay.read(descriptor) { bytes in
                isThere = cut.next(bytes).allSatisfy(pass)
                return isThere
            }
            if isThere, let rest = cut.end() { _ = pass(rest) }
            continuation.finish()
            whenEnded()
        }
    }

    /// Whether the client has closed its end, also where there is more of it to be read.
    private static func hasHungUp(_ descriptor: Int32) -> Bool {
        // POLLRDHUP, which is a macro that Swift does not see.
        let halfClosed: Int16 = 0x2000
        var wanted = pollfd(fd: descriptor, events: halfClosed, revents: 0)
        guard unsafe poll(&wanted, 1, 0) > 0 else { return false }
        return wanted.revents & (halfClosed | Int16(POLLHUP | POLLERR | POLLNVAL)) != 0
    }

    /// A line has left.
    func makeRoom() { room.signal() }
}

/// What the client hears: one message after the other, each on a line of its own.
final class ClientOutput: Sendable {
    private let descriptor: Int32
    /// A client that does not read must not hold up a thread of the tasks.
    private let queue = DispatchQueue(label: "client")

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Writes a line; waits until it has left.
    func write(_ line: [UInt8]) async {
        await withCheckedContinuation { continuation in
            queue.async {
                _ = StdioRelay.write(line[...] + [UInt8(ascii: "\n")], to: self.descriptor)
                continuation.resume()
            }
        }
    }
}
