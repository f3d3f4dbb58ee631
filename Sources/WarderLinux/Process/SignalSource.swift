import CWarderLinux
import Glibc
package import SystemPackage

/// Signals as something to read, instead of something that interrupts.
package final class SignalSource {
    private let descriptor: Descriptor

    /// Readable when a signal has come, for poll(2).
    package var number: Int32 { descriptor.number }

    /// Takes these signals from every thread that starts from now on, and from this one.
    package init(_ signals: [Int32]) throws(Errno) {
        descriptor = Descriptor(adopting: try checked(unsafe warder_signals_open(signals, signals.count)))
    }

    /// The next one that has come.
    package func next() -> Int32? {
        let signal = warder_signals_next(descriptor.number)
        return signal > 0 ? signal : nil
    }
}
