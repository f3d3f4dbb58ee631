import SystemPackage

/// The system's words for why a call failed.
package enum SystemReason {
    /// For people, such as `No space left on device`.
    package static func text(_ error: any Error) -> String {
        (error as? Errno)?.description ?? "unexpected failure"
    }
}
