import Foundation
import Glibc

/// Programs of the machine that tests compare with or build by.
enum Tool {
    /// Standard output of a program found in `PATH`.
    static func run(_ arguments: [String], input: Data = Data()) throws -> String {
        // Files, not pipes: nothing can block, however much is written.
        let directory = try TemporaryDirectory()
        try input.write(to: URL(fileURLWithPath: directory.path("input")))
        let from = unsafe open(directory.path("input"), O_RDONLY | O_CLOEXEC)
        let to = unsafe open(directory.path("output"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer {
            close(from)
            close(to)
        }
        let code = try Child(arguments, input: from, output: to).wait()
        guard code == 0 else { throw TestFailure("\(arguments[0]) ended with \(code)") }
        return try String(contentsOfFile: directory.path("output"), encoding: .utf8)
    }

    /// By coreutils' sha256sum, lowercase hex.
    static func sha256(file path: String) throws -> String {
        try String(run(["sha256sum", "--", path]).prefix(64))
    }
}
