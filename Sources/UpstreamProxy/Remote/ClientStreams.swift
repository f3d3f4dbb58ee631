import Dispatch
import Foundation

/// What the client says, line by line, read by a thread of its own.
struct ClientLines {
    enum Line: Sendable {
        case whole([UInt8])
        case tooLong
    }

    /// Lines that wait to be sent: a client that writes faster waits.
    private static let most = 16

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
            func pass(_ piece: Lines.Piece) {
                switch piece {
                case .line(let bytes):
                    room.wait()
                    continuation.yield(.whole(bytes))
                case .part(_, let isLast):
                    guard isLast else { return }
                    room.wait()
                    continuation.yield(.tooLong)
                }
            }
            StdioRelay.read(descriptor) { bytes in
                for piece in cut.next(bytes) { pass(piece) }
                return true
            }
            if let rest = cut.end() { pass(rest) }
            continuation.finish()
            whenEnded()
        }
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
