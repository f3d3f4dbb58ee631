import Glibc
import Locking
import Synchronization

/// Carries a server's standard input and output, and knows which calls of tools are in flight.
///
/// Each direction is a thread of its own that reads and writes and waits for nothing else: whoever reads slowly slows
/// whoever writes, and nothing piles up beyond one line of each direction.
package final class StdioRelay: Sendable {
    /// Descriptors of the four ends. The relay closes none but `serverInput`.
    package struct Ends: Sendable {
        package var clientInput: Int32
        package var clientOutput: Int32
        package var serverInput: Int32
        package var serverOutput: Int32

        /// `clientInput` and `serverOutput` are read, the others are written.
        package init(clientInput: Int32, clientOutput: Int32, serverInput: Int32, serverOutput: Int32) {
            self.clientInput = clientInput
            self.clientOutput = clientOutput
            self.serverInput = serverInput
            self.serverOutput = serverOutput
        }
    }

    /// What waits for the server's line to end.
    private struct Output {
        var isBetweenLines = true
        var waiting: [UInt8] = []
    }

    private static let chunk = 65_536
    /// Bytes that are written at once. A write that waits returns when all of it is taken: by less it is seen that whoever
    /// reads slowly reads.
    private static let piece = 16_384
    /// Bytes of lines that wait for the server's line to end: one that never ends is no reason to keep ever more.
    private static let mostWaiting = 1 << 20

    /// The calls in flight.
    package let calls: CallsInFlight
    private let ends: Ends
    private let output = Locked(Output())
    private let taken = Atomic<Int>(0)

    /// How much the client has taken, in bytes.
    var clientHasTaken: Int { taken.load(ordering: .relaxed) }

    /// A relay that has not begun.
    package init(_ ends: Ends, calls: CallsInFlight) {
        self.ends = ends
        self.calls = calls
    }

    /// Carries what the client writes until it closes its end or the server does, or too much of it was refused while the
    /// server is in the middle of a line; then closes the server's input. Blocks.
    package func carryToServer() {
        var direction = ClientDirection(calls)
        Self.read(ends.clientInput) { bytes in
            let outcome = direction.next(bytes)
            // First the refusals: a server that does not read must not keep the client from knowing.
            return answer(outcome.toClient) && Self.write(outcome.toServer[...], to: ends.serverInput)
        }
        let outcome = direction.end()
        _ = answer(outcome.toClient) && Self.write(outcome.toServer[...], to: ends.serverInput)
        close(ends.serverInput)
    }

    /// Carries what the server writes until it closes its end or the client does. Blocks.
    package func carryToClient() {
        var direction = ServerDirection(calls)
        Self.read(ends.serverOutput) { bytes in
            let passed = direction.next(bytes)
            return send(passed, isBetweenLines: direction.isBetweenLines)
        }
        let passed = direction.end()
        _ = send(passed, isBetweenLines: direction.isBetweenLines)
    }

    /// The client sees a line of the relay's own between two of the server's, never within one.
    private func answer(_ lines: [UInt8]) -> Bool {
        guard !lines.isEmpty else { return true }
        return output.withLock { output in
            guard output.isBetweenLines else {
                guard output.waiting.count + lines.count <= Self.mostWaiting else { return false }
                output.waiting += lines
                return true
            }
            return writeToClient(lines)
        }
    }

    private func send(_ bytes: [UInt8], isBetweenLines: Bool) -> Bool {
        output.withLock { output in
            guard writeToClient(bytes) else { return false }
            output.isBetweenLines = isBetweenLines
            guard isBetweenLines, !output.waiting.isEmpty else { return true }
            let waiting = output.waiting
            output.waiting = []
            return writeToClient(waiting)
        }
    }

    private func writeToClient(_ bytes: [UInt8]) -> Bool {
        Self.write(bytes[...], to: ends.clientOutput) { _ = taken.wrappingAdd($0, ordering: .relaxed) }
    }

    /// Reads until the end, or until `take` answers `false`. Blocks.
    static func read(_ descriptor: Int32, _ take: (ArraySlice<UInt8>) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, chunk)
            if count < 0, mayTryAgain(descriptor, for: POLLIN) { continue }
            guard count > 0, take(buffer[..<count]) else { return }
        }
    }

    /// Writes all of it, and says how much is written each time; `false` where nobody reads any more. Blocks.
    static func write(
        _ bytes: ArraySlice<UInt8>,
        to descriptor: Int32,
        _ wrote: (Int) -> Void = { _ in }
    ) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.prefix(piece)
                .withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, mayTryAgain(descriptor, for: POLLOUT) { continue }
            guard count > 0 else { return false }
            wrote(count)
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Clients may hand over descriptors that do not block; then this waits.
    private static func mayTryAgain(_ descriptor: Int32, for event: Int32) -> Bool {
        if errno == EINTR { return true }
        guard errno == EAGAIN else { return false }
        var wanted = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return unsafe poll(&wanted, 1, -1) >= 0 || errno == EINTR
    }
}
