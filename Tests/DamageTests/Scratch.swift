import Foundation
import Glibc
import WarderTesting

/// A directory in memory where there is one: thousands of databases are made, and none has to outlast a power cut.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let parent = unsafe access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/warder-damage-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw TestFailure("no temporary directory: error \(errno)") }
        path = made
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}
