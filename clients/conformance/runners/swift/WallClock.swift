import Foundation
import Synchronization

/// The time of day as this whole process sees it.
enum WallClock {
    struct DoesNotJump: Error {}

    /// Seconds by which it is ahead of the system's.
    fileprivate static let ahead = Atomic(0)

    fileprivate typealias Reading =
        @convention(c) @Sendable (clockid_t, UnsafeMutablePointer<timespec>) -> Int32

    /// The system's function, behind this program's.
    fileprivate static let system: Reading = {
        // `RTLD_NEXT`, which is a cast in C.
        guard let symbol = unsafe dlsym(UnsafeMutableRawPointer(bitPattern: -1), "clock_gettime") else { abort() }
        return unsafe unsafeBitCast(symbol, to: Reading.self)
    }()

    /// - Throws: ``DoesNotJump`` if the libraries of this process do not see it.
    static func jump(seconds: Int) throws {
        let before = Date.now
        ahead.add(seconds, ordering: .sequentiallyConsistent)
        guard abs(Date.now.timeIntervalSince(before) - Double(seconds)) < 600 else { throw DoesNotJump() }
    }
}

/// Stands in front of the system's function of this name, for everything that is linked into the process.
@_cdecl("clock_gettime")
func timeOfClock(_ clock: clockid_t, _ time: UnsafeMutablePointer<timespec>) -> Int32 {
    let result = unsafe WallClock.system(clock, time)
    if result == 0, clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE {
        unsafe time.pointee.tv_sec += WallClock.ahead.load(ordering: .sequentiallyConsistent)
    }
    return result
}
