import Glibc

/// A child process that is meant to inherit nothing but its standard input and output.
///
/// Foundation's `Process` waits for a descriptor that grandchildren inherit, and these tests leave grandchildren.
struct Child {
    let pid: Int32

    /// Starts a program by its absolute path, or by a name that is looked for in `PATH`.
    init(_ arguments: [String], input: Int32, output: Int32) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var started: pid_t = 0
        let result = unsafe posix_spawnp(&started, arguments[0], &actions, nil, &words, environ)
        guard result == 0 else { throw TestFailure("\(arguments[0]) does not start: \(result)") }
        pid = started
    }

    /// Waits until the child has ended and reaps it; its exit code, or 128 and the signal.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 {
            if errno != EINTR { return -1 }
        }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}

/// Both ends of a pipe, closed with the last reference.
final class Channel {
    let reading: Int32
    private(set) var writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw TestFailure("pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        closeWriting()
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }
}
