import CWarderLinux
import Glibc
package import SystemPackage

/// A program that this one stands in front of, with this one's working directory, descriptors and, if wanted, standard
/// input and output.
package final class LaunchedProcess {
    package let pid: Int32
    /// What it reads and what it writes; `nil` where it shares this process's. Neither blocks.
    package let input: PipeEnd?
    package let output: PipeEnd?
    private let ownsGroup: Bool

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: The program, looked for in PATH where it has no slash, and its arguments.
    ///   - environment: All of it.
    ///   - mask: File mode creation mask.
    ///   - ownsGroup: Whether it gets a process group of its own. On a terminal that would be one in the background.
    ///   - isPiped: Whether its standard input and output are this process's to read and write.
    ///   - deathSignal: What it gets when the thread that starts it ends, and with the process.
    /// - Throws: What the kernel said, from making pipes to executing.
    package init(
        _ command: [String],
        environment: EnvironmentBlock,
        mask: UInt32,
        ownsGroup: Bool,
        isPiped: Bool,
        deathSignal: Int32 = SIGTERM
    ) throws(Errno) {
        let down = isPiped ? try PipeEnd.pair() : nil
        let up = isPiped ? try PipeEnd.pair() : nil
        let words = CStrings(command)
        self.ownsGroup = ownsGroup
        pid = try unsafe words.withPointer { words throws(Errno) in
            try unsafe environment.withPointer { variables throws(Errno) in
                var request = unsafe warder_launch()
                unsafe request.program = unsafe UnsafePointer(words?.pointee)
                unsafe request.arguments = words
                unsafe request.environment = variables
                unsafe request.input = down?.reading.number ?? 0
                unsafe request.output = up?.writing.number ?? 1
                unsafe request.mask = mask
                unsafe request.owns_group = ownsGroup ? 1 : 0
                unsafe request.death_signal = deathSignal
                return try checked(unsafe warder_launch(&request))
            }
        }
        (input, output) = (down?.writing, up?.reading)
        for end in [input, output] { try? end?.stopBlocking() }
    }

    /// Sends a signal to its process group, where that is its own. Not after it was waited for: others may have the
    /// number.
    package func signal(_ number: Int32) {
        if !ownsGroup || kill(-pid, number) != 0 { kill(pid, number) }
    }
}

/// Children that have ended.
package enum EndedChildren {
    /// Waits for every child that has ended, whoever started it, and says how each did.
    package static func reap() -> [(pid: Int32, ending: ChildProcess.Ending)] {
        var found: [(pid: Int32, ending: ChildProcess.Ending)] = []
        while true {
            var status: Int32 = 0
            let pid = unsafe waitpid(-1, &status, WNOHANG)
            if pid < 0, errno == EINTR { continue }
            guard pid > 0 else { return found }
            let signal = status & 0x7F
            found.append((pid, signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)))
        }
    }
}
