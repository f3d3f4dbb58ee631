import CWarderLinux
import Dispatch
import Glibc
import Locking
package import SystemPackage
package import WarderModel

/// Rings at a moment of the wall's clock, and whenever somebody sets that clock. Costs nothing until then, however far
/// the moment is.
package final class WallClockAlarm: Sendable {
    /// The kernel's largest number of seconds is smaller than a timestamp's.
    private static let furthest: Int64 = 253_402_300_799_000

    private let descriptor: Int32
    private let source: Locked<any DispatchSourceRead>

    /// `ring` is called on a thread of Dispatch's own, one call after the other.
    ///
    /// - Throws: the reason of the kernel, such as too many open files.
    package init(ring: @escaping @Sendable () -> Void) throws(Errno) {
        let alarm = warder_alarm_open()
        guard alarm >= 0 else { throw Errno(rawValue: -alarm) }
        descriptor = alarm
        let source = DispatchSource.makeReadSource(fileDescriptor: alarm, queue: DispatchQueue(label: "warder.alarm"))
        source.setEventHandler {
            warder_alarm_clear(alarm)
            ring()
        }
        source.setCancelHandler { close(alarm) }
        source.activate()
        self.source = Locked(source)
    }

    deinit { source.withLock { $0.cancel() } }

    /// Replaces the moment; `nil`: rings only when the clock is set.
    ///
    /// - Throws: the reason of the kernel.
    package func set(_ moment: Timestamp?) throws(Errno) {
        let milliseconds = min(moment?.milliseconds ?? Self.furthest, Self.furthest)
        let result = warder_alarm_set(descriptor, milliseconds)
        guard result == 0 else { throw Errno(rawValue: -result) }
    }
}
