import Glibc
import SystemPackage
import WarderLinux

/// A server that was started to be asked something, with lines in both directions.
///
/// Everything is bounded: lines, what it writes in all, and by the caller the time. It gets no terminal and no
/// input but the conversation's.
final class MCPServerProcess {
    /// A line: the longest page of a list.
    static let longestLine = 8 << 20
    /// Everything that it writes.
    static let mostBytes = 64 << 20
    /// Kept of what it writes to its standard error, for a person.
    private static let keptErrors = 2000
    private static let pieceBytes = 1 << 16
    /// Milliseconds it has to end by itself once its input is closed, and again after it was told to.
    private static let graceMilliseconds = 2000

    private let process: ChildProcess
    private var unread: [UInt8] = []
    /// Where in `unread` no end of a line was found so far.
    private var searched = 0
    private var total = 0
    private var errors: [UInt8] = []
    private var hasEnded = false

    /// Starts the program that the first word names, found as a shell would.
    init(_ command: [String], environment: [String: String]) throws(MCPFault) {
        signal(SIGPIPE, SIG_IGN)
        do throws(SealedProgramError) {
            // `env` looks for the program and becomes it: scripts and launchers find themselves where they lie.
            let env = try SealedProgram.copy("/usr/bin/env", owner: 0) { _ in }
            do throws(Errno) {
                process = try ChildProcess(env, arguments: ["env", "--"] + command, environment: environment)
            } catch { throw .kernel(error) }
        } catch {
            switch error {
            case .kernel(let reason): throw .notStarted(reason)
            default: throw .notStarted(.permissionDenied)
            }
        }
    }

    deinit { end() }

    /// The end of what it wrote to its standard error so far, on one line.
    func lastErrors() -> String {
        // One that never stops writing is not listened to for ever.
        for _ in 0..<64 where !takeErrors() { break }
        let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n").suffix(3)
        return lines.joined(separator: " / ")
    }

    /// Writes one line.
    func send(_ message: [UInt8], before deadline: ContinuousClock.Instant, _ seconds: Int) throws(MCPFault) {
        var rest = (message + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe process.input.write($0) }
            guard let written else { throw .ended }
            rest = rest.dropFirst(written)
            if written == 0, try !turn(before: deadline, writes: true) { throw .timedOut(seconds: seconds) }
        }
    }

    /// The next line that it writes; `nil` where the time is up.
    func line(before deadline: ContinuousClock.Instant) throws(MCPFault) -> [UInt8]? {
        while true {
            if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(unread[..<end])
                unread.removeSubrange(...end)
                searched = 0
                return line
            }
            searched = unread.count
            guard unread.count <= Self.longestLine else { throw .lineTooLong(limit: Self.longestLine) }
            guard !hasEnded else { throw .ended }
            guard try turn(before: deadline, writes: false) else { return nil }
        }
    }

    /// Lets it end, and sees to it that it does, with everything that it started in its session's group.
    func end() {
        process.input.close()
        if !waits(Self.graceMilliseconds) {
            process.signal(SIGTERM)
            _ = waits(Self.graceMilliseconds)
        }
        process.signal(SIGKILL)
        process.wait()
    }

    private func waits(_ milliseconds: Int) -> Bool {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            let left = Self.milliseconds(until: deadline)
            var polled = [pollfd(fd: process.ended, events: Int16(POLLIN), revents: 0)]
            if unsafe poll(&polled, 1, min(left, 50)) > 0 { return true }
            // What nobody reads would keep it from ending.
            for end in [process.output, process.errors].compactMap(\.self) { _ = end.read(limit: Self.pieceBytes) }
            if left == 0 { return false }
        }
    }

    /// Waits for something to happen, and takes in what it wrote. `false` where the time is up.
    private func turn(before deadline: ContinuousClock.Instant, writes: Bool) throws(MCPFault) -> Bool {
        var polled = [
            pollfd(fd: hasEnded ? -1 : process.output.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: process.errors?.number ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: writes ? process.input.number : -1, events: Int16(POLLOUT), revents: 0),
        ]
        let left = Self.milliseconds(until: deadline)
        guard left > 0 else { return false }
        _ = unsafe poll(&polled, 3, left)
        if polled[0].revents != 0 { try takeOutput() }
        if polled[1].revents != 0 { takeErrors() }
        return true
    }

    private func takeOutput() throws(MCPFault) {
        guard let piece = process.output.read(limit: Self.pieceBytes) else { return }
        if piece.isEmpty { hasEnded = true }
        total += piece.count
        guard total <= Self.mostBytes else { throw .tooMuch(limit: Self.mostBytes) }
        unread += piece
    }

    /// - Returns: whether there was anything.
    @discardableResult
    private func takeErrors() -> Bool {
        guard let end = process.errors, end.number >= 0, let piece = end.read(limit: Self.pieceBytes) else {
            return false
        }
        if piece.isEmpty { end.close() }
        errors = Array((errors + piece).suffix(Self.keptErrors))
        return !piece.isEmpty
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = deadline - .now
        let (seconds, attoseconds) = left.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return Int32(clamping: max(0, milliseconds + 1)) * (left > .zero ? 1 : 0)
    }
}
