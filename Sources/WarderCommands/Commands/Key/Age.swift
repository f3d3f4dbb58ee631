import Glibc
import SecretMemory
import SystemPackage

/// The program `age`, which encrypts a file to somebody's public key.
///
/// A share reaches it through a pipe, never as an argument, and leaves it into a file that is open already.
struct Age {
    private let program: String
    private let searchPath: String

    /// - Throws: `.usage` when there is no such program in an absolute directory of `searchPath`, the variable `PATH`.
    init(searchPath: String?) throws(CommandFailure) {
        let directories = (searchPath ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
        let programs = directories.map { "\($0)/age" }
        guard let program = programs.first(where: { path in unsafe access(path, X_OK) == 0 }) else {
            throw .usage(
                "there is no program `age` to encrypt the shares with",
                hints: ["Install it: sudo apt install age (or dnf, pacman, apk); https://age-encryption.org"]
            )
        }
        self.program = program
        self.searchPath = directories.joined(separator: ":")
    }

    /// Tries a recipient before there are shares. `number` is its place on the command line, from 1.
    func check(_ recipient: String, number: Int) throws(CommandFailure) {
        guard !recipient.uppercased().hasPrefix("AGE-SECRET-KEY") else {
            throw .usage(
                "recipient \(number) is a private key; other processes have seen it on the command line",
                hints: ["Make another: age-keygen. A recipient is what it calls the public key."]
            )
        }
        guard !recipient.isEmpty, !recipient.hasPrefix("-") else { throw refused(number) }
        do {
            let nothing = try FileDescriptor.open(FilePath("/dev/null"), .readWrite, options: [.closeOnExec])
            defer { try? nothing.close() }
            guard try run(recipient, input: nothing, output: nothing) == 0 else { throw refused(number) }
        } catch let failure as CommandFailure { throw failure } catch { throw cannotRun(error) }
    }

    /// Writes the encrypted share, and a line break in it, to `file`.
    func encrypt(
        _ share: SecretBytes,
        number: Int,
        to recipient: String,
        into file: FileDescriptor
    ) throws(CommandFailure) {
        do {
            let (input, end) = try FileDescriptor.pipe()
            defer { try? input.close() }
            // All of it fits into the pipe, which is filled while its other end is here: a program that stops early
            // cannot end this one by SIGPIPE.
            try end.closeAfter {
                _ = try unsafe share.withUnsafeBytes { bytes in try unsafe end.writeAll(bytes) }
                try end.writeAll("\n".utf8)
            }
            guard try run(recipient, input: input, output: file) == 0 else {
                throw CommandFailure.usage(
                    "age did not encrypt share \(number)",
                    hints: ["The files that were written are removed again; nobody has a share."]
                )
            }
        } catch let failure as CommandFailure { throw failure } catch { throw cannotRun(error) }
    }

    private func refused(_ number: Int) -> CommandFailure {
        .usage(
            "age takes no share for recipient \(number)",
            hints: ["Write an age public key (age1…) or an SSH public key (ssh-ed25519 …, in quotes)."]
        )
    }

    private func cannotRun(_ error: any Error) -> CommandFailure {
        .usage("cannot run \(TerminalText.escaped(program)): \(SystemReason.text(error))")
    }

    /// Runs it to its end, with the terminal's standard error; returns its exit status, 1 after a signal.
    private func run(_ recipient: String, input: FileDescriptor, output: FileDescriptor) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, input.rawValue, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, STDOUT_FILENO)
        // Signals are held back here while files are open; Ctrl-C has to end it all the same.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child = pid_t()
        let fault = unsafe Self.withCStrings([program, "-r", recipient]) { arguments in
            // Plugins for hardware keys are found by the same path.
            unsafe Self.withCStrings(["PATH=\(searchPath)"]) { environment in
                unsafe posix_spawn(&child, program, &actions, &attributes, arguments, environment)
            }
        }
        guard fault == 0 else { throw Errno(rawValue: fault) }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 1
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { unsafe array[index] = unsafe strdup(string) }
        unsafe array[strings.count] = nil
        defer {
            for index in strings.indices { unsafe free(array[index]) }
            unsafe array.deallocate()
        }
        return unsafe body(array)
    }
}
