import Dispatch
import Glibc
import Synchronization

/// Tidies up before Ctrl-C, or a signal from elsewhere, ends this process: until `end()`.
///
/// The signals are held back in the thread that begins it, which in a command is the only one, and awaited in another:
/// the first may stand in a `recv` that lasts for minutes. Signals that the process was started to ignore (`nohup`)
/// stay ignored.
final class Interruption: Sendable {
    private let signals: sigset_t
    private let signalsBefore: sigset_t
    private let isOver = Atomic(false)

    /// How long `end()` may leave the waiting thread behind.
    private static let patienceNanoseconds = 100_000_000

    /// - Parameter tidyUp: Runs at most once, in another thread; the signal ends the process right after it.
    init(_ tidyUp: @escaping @Sendable () -> Void) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(signal) { unsafe sigaddset(&signals, signal) }
        var before = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &signals, &before)
        self.signals = signals
        signalsBefore = before
        DispatchQueue(label: "warder.interruption").async { [self] in wait(tidyUp) }
    }

    /// Lets signals do their work again at once.
    func end() {
        isOver.store(true, ordering: .sequentiallyConsistent)
        var before = signalsBefore
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    private func wait(_ tidyUp: () -> Void) {
        var signals = signals
        var patience = timespec(tv_sec: 0, tv_nsec: Self.patienceNanoseconds)
        while !isOver.load(ordering: .sequentiallyConsistent) {
            let signal = unsafe sigtimedwait(&signals, nil, &patience)
            guard signal > 0 else { continue }
            tidyUp()
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            raise(signal)
        }
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
        let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return unsafe handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
