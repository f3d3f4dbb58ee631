import Glibc
import SystemPackage
import WarderLinux

/// The daemon of an isolated vault: the installed `warderd`, in a session of its own, ended with this process at the
/// latest.
final class StageDaemon {
    /// Longest wait for it to begin, and to end.
    private static let patience = Duration.seconds(60)
    private static let pieceBytes = 1 << 16

    private let process: ChildProcess
    private let leftovers: Leftovers
    /// Everything that it has said so far.
    private(set) var words: [UInt8] = []

    /// Starts it, and waits until it listens.
    init(configuration: String, _ leftovers: Leftovers) throws(CommandFailure) {
        _ = try DaemonProgram.path(for: "can be the vault of a rehearsal")
        self.leftovers = leftovers
        do throws(Errno) {
            process = try ChildProcess(
                .beside("warderd"),
                arguments: ["warderd", "--config", configuration],
                environment: ["PATH": "/usr/bin:/bin"]
            )
        } catch {
            throw .usage("warderd cannot be started: \(SystemReason.text(error))")
        }
        leftovers.watch(daemon: process.pid, ended: process.ended)
        let deadline = ContinuousClock.now + Self.patience
        while !String(decoding: words, as: UTF8.self).contains(": ready") {
            let isRunning = listen(200)
            guard isRunning, ContinuousClock.now < deadline else {
                throw .usage("the vault of the rehearsal did not start", hints: lastWords)
            }
        }
    }

    /// Takes in what it says, waiting for it as long as told.
    ///
    /// - Returns: whether it runs still.
    @discardableResult
    func listen(_ milliseconds: Int32 = 0) -> Bool {
        let ends = [process.output, process.errors].compactMap(\.self)
        var polled = ends.map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
        polled.append(pollfd(fd: process.ended, events: Int16(POLLIN), revents: 0))
        _ = unsafe poll(&polled, nfds_t(polled.count), milliseconds)
        for end in ends {
            while end.number >= 0, let piece = end.read(limit: Self.pieceBytes) {
                if piece.isEmpty { end.close() }
                words += piece
            }
        }
        return polled[ends.count].revents == 0
    }

    /// Lets it end in order, as a service manager does: it writes down what it has only counted so far.
    func stop() throws(CommandFailure) {
        process.signal(SIGTERM)
        let deadline = ContinuousClock.now + Self.patience
        while listen(200) {
            guard ContinuousClock.now < deadline else {
                throw .usage("the vault of the rehearsal does not end", hints: lastWords)
            }
        }
        leftovers.forgetDaemon()
        process.wait()
    }

    private var lastWords: [String] {
        String(decoding: words, as: UTF8.self).split(separator: "\n").suffix(3).map { TerminalText.escaped(String($0)) }
    }
}
