import Foundation
import Glibc

/// A new directory below `/tmp` that only this user may enter; gone with the last reference to it.
package final class TemporaryDirectory: Sendable {
    /// Absolute, without a slash at its end. Short, so that socket paths fit.
    package let path: String

    /// - Throws: `TestFailure` when no directory can be made.
    package init() throws {
        var template = Array("/tmp/warder-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw TestFailure("no temporary directory: error \(errno)") }
        path = made
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Whether any file in it has these bytes in a row: what somebody finds who steals the disk.
    package func holds(_ bytes: [UInt8]) throws -> Bool {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            guard let content = FileManager.default.contents(atPath: file(name)) else { continue }
            if content.firstRange(of: Data(bytes)) != nil { return true }
        }
        return false
    }
}

/// Something that a test needs could not be had; never a reason to pass.
package struct TestFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
