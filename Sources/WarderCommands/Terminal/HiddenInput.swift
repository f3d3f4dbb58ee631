import Glibc
import SystemPackage

/// A terminal that shows nothing of what is typed and hands over every key at once, until `end()`.
///
/// Line mode would cut lines at 4,095 bytes, which is shorter than some tokens. Ctrl-C arrives as a byte; signals from
/// elsewhere are held back while the terminal is changed, so that none can end the process and leave it without echo:
/// `waitForInput` looks for one, and puts the terminal back before the signal does its work.
struct HiddenInput {
    private let tty: FileDescriptor
    private let before: termios
    private let signalsBefore: sigset_t
    private static let held = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM]

    /// - Throws: `PromptError.noTerminal` if the descriptor is not a terminal after all.
    init(_ tty: FileDescriptor) throws(PromptError) {
        self.tty = tty
        var settings = termios()
        guard unsafe tcgetattr(tty.rawValue, &settings) == 0 else { throw .noTerminal }
        before = settings
        var signals = Self.heldSet
        var old = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &signals, &old)
        signalsBefore = old
        settings.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG | IEXTEN)
        settings.c_iflag |= tcflag_t(ICRNL)
        settings.c_cc.6 = 1  // VMIN
        settings.c_cc.5 = 0  // VTIME
        // Flushing drops what was typed before the question: it was echoed, and it was not an answer.
        guard unsafe tcsetattr(tty.rawValue, TCSAFLUSH, &settings) == 0 else {
            unsafe pthread_sigmask(SIG_SETMASK, &old, nil)
            throw .noTerminal
        }
    }

    /// Puts everything back. Input that nobody read is dropped: the rest of a pasted key must not reach the shell.
    func end() {
        restoreSettings()
        restoreSignals()
    }

    private func restoreSettings() {
        var settings = before
        unsafe tcsetattr(tty.rawValue, TCSAFLUSH, &settings)
    }

    private func restoreSignals() {
        var signals = signalsBefore
        unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
    }

    /// Drops keys that were pressed and not read.
    func dropTyped() { tcflush(tty.rawValue, TCIFLUSH) }

    /// Returns when a key was pressed. `beforeSignal` runs when a signal has come, before it does its work.
    ///
    /// - Throws: `PromptError.interrupted` after a signal that the process is set to ignore or survive.
    func waitForInput(beforeSignal: () -> Void = {}) throws(PromptError) {
        while try !waitForInput(milliseconds: 60_000, beforeSignal: beforeSignal) {}
    }

    /// The same for so long at most.
    ///
    /// - Returns: Whether a key was pressed.
    /// - Throws: As `waitForInput`.
    func waitForInput(milliseconds: Int, beforeSignal: () -> Void = {}) throws(PromptError) -> Bool {
        var left = milliseconds
        while true {
            var watched = pollfd(fd: tty.rawValue, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&watched, 1, Int32(max(0, min(left, 100))))
            if isSignalPending {
                restoreSettings()
                beforeSignal()
                restoreSignals()  // Delivered in here, it ends the process, as it would have done at once.
                throw .interrupted
            }
            if ready > 0 { return true }
            left -= 100
            if left <= 0 { return false }
        }
    }

    private static var heldSet: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in held { unsafe sigaddset(&set, signal) }
        return set
    }

    private var isSignalPending: Bool {
        var set = sigset_t()
        guard unsafe sigpending(&set) == 0 else { return false }
        return Self.held.contains { signal in unsafe sigismember(&set, signal) == 1 }
    }
}
