import Dispatch
import Glibc
import Locking
import SystemPackage

/// Tells the person something on standard error where the process has something else to do: that may be a pipe that nobody
/// reads.
final class Remarks: Sendable {
    /// Remarks that wait to be written; further ones are not said.
    private static let most = 64
    /// At the end, what is not written yet is looked after so often and so many times.
    private static let turn = DispatchTimeInterval.milliseconds(50)
    private static let mostTurns = 20

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "remarks")
    private let waiting = Locked(0)

    /// - Parameter descriptor: standard error, or another one in a test.
    init(_ descriptor: Int32 = STDERR_FILENO) { self.descriptor = descriptor }

    /// Writes a line with the program's name, and what follows from it; returns at once.
    func say(_ line: String, hints: [String] = []) {
        let isOneTooMany = waiting.withLock { waiting in
            guard waiting < Self.most else { return true }
            waiting += 1
            return false
        }
        guard !isOneTooMany else { return }
        let bytes = Array(Console.text(of: line, hints: hints).utf8)
        queue.async {
            // Where standard error is gone there is nobody left to tell.
            try? unsafe DescriptorSink(FileDescriptor(rawValue: self.descriptor)).write(bytes.span.bytes)
            self.waiting.withLock { $0 -= 1 }
        }
    }

    /// Waits until all is written, as long as there is room for it; otherwise hardly at all, and the rest is dropped.
    func finish() {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        for _ in 0..<Self.mostTurns {
            if done.wait(timeout: .now() + Self.turn) == .success || !hasRoom { return }
        }
    }

    private var hasRoom: Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&wanted, 1, 0) > 0
    }
}
