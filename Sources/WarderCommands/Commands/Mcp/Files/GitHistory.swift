import Dispatch
import Foundation
import Glibc

/// Whether a file lies in version control: then every clone has what lay in it.
///
/// Git is asked only where a repository is, with nothing of the repository's own configuration that could start a
/// program or reach a network, and not for long.
enum GitHistory {
    enum Answer {
        /// It was committed at some time, on any branch, or is about to be.
        case known
        case unknown
        /// There is a repository, and git could not say.
        case unclear
    }

    /// How long each question may take.
    private static let patience = DispatchTimeInterval.seconds(10)

    static func look(for name: String, in directory: String) -> Answer {
        guard isInRepository(directory) else { return .unknown }
        guard let tracked = ask(["ls-files", "--cached", "--", name], directory) else { return .unclear }
        if tracked { return .known }
        guard let committed = ask(["rev-list", "--all", "--reflog", "--max-count=1", "--", name], directory) else {
            return .unclear
        }
        return committed ? .known : .unknown
    }

    private static func isInRepository(_ directory: String) -> Bool {
        var url = URL(fileURLWithPath: directory)
        while true {
            var status = stat()
            if unsafe lstat(url.appendingPathComponent(".git").path, &status) == 0 { return true }
            guard url.path != "/" else { return false }
            url.deleteLastPathComponent()
        }
    }

    /// Whether git prints anything; `nil` where it fails.
    private static func ask(_ question: [String], _ directory: String) -> Bool? {
        let programs = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git"]
        guard let program = programs.first(where: { unsafe access($0, X_OK) == 0 }) else { return nil }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments =
            [
                "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
                "-c", "protocol.allow=never", "-c", "safe.bareRepository=explicit", "-C", directory,
            ] + question
        process.environment = [
            "PATH": "/usr/bin:/bin", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/false",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do { try process.run() } catch { return nil }
        guard ended.wait(timeout: .now() + patience) == .success else {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return nil
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else { return nil }
        // One name or one hash: it fits into the pipe.
        return !output.fileHandleForReading.availableData.isEmpty
    }
}
