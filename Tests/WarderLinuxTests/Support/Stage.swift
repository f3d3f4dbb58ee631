import Glibc
import Locking

/// What a test that runs in a process of its own gets from the test program: the compiled peer, and a directory that
/// the test program removes whatever becomes of that process.
struct Stage: Codable, Sendable {
    let root: String
    let program: String

    init() throws {
        let directory = try TemporaryDirectory()
        guard unsafe chmod(directory.root, 0o1777) == 0 else { throw TestFailure("chmod: \(errno)") }
        directory.keepUntilExit()
        root = directory.root
        program = try PeerProgram.path()
    }

    /// Makes it the stage of this process.
    func enter() throws {
        Self.present.withLock { $0 = self }
    }

    static var current: Stage? { present.withLock { $0 } }

    private static let present = Locked<Stage?>(nil)
}
