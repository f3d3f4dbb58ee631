import CWarderSodium

/// The one place where libsodium is started.
package enum Sodium {
    /// `sodium_init()` has to come before the first `sodium_malloc` (which aborts otherwise) and before the fast
    /// implementations are chosen. A global constant is initialised once, by whichever thread comes first.
    private static let isReady: Bool = sodium_init() >= 0

    /// Makes libsodium ready; every later call costs one load.
    ///
    /// Without the library's own random source and canary there is nothing safe left to do, so a failure ends the
    /// process. It does not depend on any input.
    @inline(__always)
    package static func start() {
        precondition(isReady, "libsodium could not be initialised")
    }
}
