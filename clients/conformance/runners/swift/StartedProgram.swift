import Foundation
import SecretMemory

/// A program that is started while the client has connections. It has all of this process's descriptors but those that
/// are closed at its start.
enum StartedProgram {
    struct NotStarted: Error {}

    /// What the program says to one line of input.
    ///
    /// `arguments`: the program's path first. `ask`: makes the line of the number of a socket that is there for the
    /// program to find.
    static func answer(_ arguments: [String], to ask: (_ planted: Int32) throws -> Data) throws -> Data {
        // Without `SOCK_CLOEXEC`.
        let planted = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard planted >= 0 else { throw NotStarted() }
        defer { close(planted) }
        let (input, output) = (Pipe(), Pipe())
        let child = try start(arguments, reading: input, writing: output)
        try input.fileHandleForWriting.write(contentsOf: try ask(planted))
        try input.fileHandleForWriting.close()
        try output.fileHandleForWriting.close()
        var answer = Data()
        while let more = try output.fileHandleForReading.read(upToCount: 65_536), !more.isEmpty { answer += more }
        var status: Int32 = 0
        guard unsafe waitpid(child, &status, 0) == child, status == 0 else { throw NotStarted() }
        return answer
    }

    /// By hand: Foundation's `Process` closes what a program would inherit.
    private static func start(_ arguments: [String], reading input: Pipe, writing output: Pipe) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input.fileHandleForReading.fileDescriptor, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output.fileHandleForWriting.fileDescriptor, STDOUT_FILENO)
        // Or its input would never end.
        unsafe posix_spawn_file_actions_addclose(&actions, input.fileHandleForWriting.fileDescriptor)
        var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for unsafe word in unsafe words { unsafe free(word) } }
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var child: pid_t = 0
        guard unsafe posix_spawn(&child, arguments[0], &actions, nil, &words, &environment) == 0 else {
            throw NotStarted()
        }
        return child
    }
}
