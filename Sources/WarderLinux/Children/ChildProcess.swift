import CWarderLinux
import Glibc
package import SystemPackage

/// A process that this one started, in a session of its own.
package final class ChildProcess {
    /// How it ended.
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// Whom it runs as.
    package struct User: Hashable, Sendable {
        package var uid: UInt32
        package var gid: UInt32

        package init(uid: UInt32, gid: UInt32) {
            self.uid = uid
            self.gid = gid
        }
    }

    package let pid: Int32
    /// Readable once it has ended, for poll(2).
    package let ended: Int32
    private let pidfd: Descriptor
    /// Ends of pipes: what is written to the one it reads, and what it writes can be read from the others. None blocks.
    package let input: PipeEnd
    package let output: PipeEnd
    /// `nil` where it shares this process's.
    package let errors: PipeEnd?
    private var ending: Ending?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: What runs.
    ///   - arguments: With the name that it is called by.
    ///   - environment: All of it.
    ///   - user: `nil` for the same user.
    ///   - deathSignal: What it gets when the thread that starts it ends, and with the process; `nil` for nothing, where
    ///     that thread may end before the process does.
    ///   - sharesErrors: Whether its standard error is this process's.
    /// - Throws: What the kernel said, from making pipes to executing.
    package init(
        _ program: SealedProgram,
        arguments: [String],
        environment: [String: String],
        user: User? = nil,
        deathSignal: Int32? = SIGKILL,
        sharesErrors: Bool = false
    ) throws(Errno) {
        let (theirInput, input) = try PipeEnd.pair()
        let (output, theirOutput) = try PipeEnd.pair()
        let (errors, theirErrors) = sharesErrors ? (nil, nil) : try Self.optional(PipeEnd.pair())
        let words = CStrings(arguments)
        let variables = CStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        pid = try unsafe words.withPointer { words throws(Errno) in
            try unsafe variables.withPointer { variables throws(Errno) in
                var request = unsafe warder_spawn()
                unsafe request.program = program.file.number
                unsafe request.is_script = program.isScript ? 1 : 0
                unsafe request.arguments = words
                unsafe request.environment = variables
                unsafe request.input = theirInput.number
                unsafe request.output = theirOutput.number
                unsafe request.errors = theirErrors?.number ?? 2
                unsafe request.death_signal = deathSignal ?? 0
                unsafe request.changes_user = user == nil ? 0 : 1
                unsafe request.uid = user?.uid ?? 0
                unsafe request.gid = user?.gid ?? 0
                return try checked(unsafe warder_spawn(&request))
            }
        }
        do throws(Errno) {
            pidfd = Descriptor(adopting: try checked(warder_pidfd_open(pid)))
            for end in [input, output, errors] { try end?.stopBlocking() }
        } catch {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            _ = unsafe waitpid(pid, &status, 0)
            throw error
        }
        ended = pidfd.number
        (self.input, self.output, self.errors) = (input, output, errors)
    }

    deinit {
        guard ending == nil else { return }
        kill(pid, SIGKILL)
        wait()
    }

    /// Sends a signal to everything that is in its process group, unless it was waited for.
    package func signal(_ number: Int32) {
        guard ending == nil else { return }
        kill(-pid, number)
        kill(pid, number)
    }

    /// Waits until it has ended, and says how.
    @discardableResult
    package func wait() -> Ending {
        if let ending { return ending }
        var status: Int32 = 0
        var found = unsafe waitpid(pid, &status, 0)
        while found < 0, errno == EINTR { found = unsafe waitpid(pid, &status, 0) }
        // Ended and waited for together with everything else, it was killed.
        let signal = found == pid ? status & 0x7F : SIGKILL
        let ending: Ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
        self.ending = ending
        return ending
    }

    private static func optional(_ pair: (PipeEnd, PipeEnd)) -> (PipeEnd?, PipeEnd?) { (pair.0, pair.1) }
}

/// One end of a pipe, closed with its last reference or before.
package final class PipeEnd {
    private var descriptor: Descriptor?

    private init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// -1 once it is closed, which poll(2) passes over.
    package var number: Int32 { descriptor?.number ?? -1 }

    package func close() { descriptor = nil }

    static func pair() throws(Errno) -> (reading: PipeEnd, writing: PipeEnd) {
        var ends: [Int32] = [-1, -1]
        try checked(unsafe warder_pipe(&ends))
        return (PipeEnd(Descriptor(adopting: ends[0])), PipeEnd(Descriptor(adopting: ends[1])))
    }

    func stopBlocking() throws(Errno) {
        let flags = try retrying { fcntl(number, F_GETFL) }
        try retrying { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }

    /// One read of at most `limit` bytes; `nil` when there is nothing to read now, empty at the end.
    package func read(limit: Int) -> [UInt8]? {
        var reason: Errno?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let result = unsafe Glibc.read(number, buffer.baseAddress, limit)
            count = max(0, result)
            if result < 0 { reason = Errno(rawValue: errno) }
        }
        guard let reason else { return bytes }
        return reason == .wouldBlock || reason == .interrupted ? nil : []
    }

    /// Writes what fits now; the number of bytes, or `nil` when nobody will ever read them.
    ///
    /// SIGPIPE must be ignored.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let result = unsafe Glibc.write(number, bytes.baseAddress, bytes.count)
        if result >= 0 { return result }
        let reason = Errno(rawValue: errno)
        return reason == .wouldBlock || reason == .interrupted ? 0 : nil
    }
}
