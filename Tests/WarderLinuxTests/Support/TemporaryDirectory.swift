import Foundation
import Glibc
import Locking

/// A new directory below `/tmp` that others may enter and nobody else write to; removed with the last reference.
final class TemporaryDirectory: Sendable {
    let root: String
    private let isKept = Locked(false)

    init() throws {
        var template = Array("\(Stage.current?.root ?? "/tmp")/warder-linux-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made, unsafe chmod(made, 0o755) == 0 else { throw TestFailure("no temporary directory: \(errno)") }
        root = made
    }

    deinit {
        if !isKept.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: root) }
    }

    func path(_ name: String) -> String { root + "/" + name }

    /// For what all tests share: removed when the test program ends.
    func keepUntilExit() {
        isKept.withLock { $0 = true }
        Self.kept.withLock { $0.append(root) }
        if !Self.isRegistered {
            print("exit handler could not be registered; left behind: \(root)")
        }
    }

    private static let kept = Locked<[String]>([])
    private static let isRegistered =
        atexit {
            for path in TemporaryDirectory.kept.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
        } == 0
}

/// Something that a test needs could not be had; never a reason to pass.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
