import Glibc

/// A running `PeerProgram` that does what it is told, one line at a time.
final class PeerProcess {
    private let child: Child
    private let input: Channel
    private let output: Channel
    private var unread: [UInt8] = []
    private var isReaped = false
    /// Processes that outlive the one started here.
    private var strays: [Int32] = []

    init(program: String? = nil) throws {
        input = try Channel()
        output = try Channel()
        child = try Child([program ?? PeerProgram.path()], input: input.reading, output: output.writing)
        // So that the end of the program is the end of its answers.
        output.closeWriting()
    }

    deinit {
        for stray in strays { kill(stray, SIGKILL) }
        end()
    }

    var pid: Int32 { child.pid }

    /// Sends a command and returns the words of the answer behind `ok`.
    @discardableResult
    func tell(_ command: String) throws -> [String] {
        try send(command)
        let answer = try readLine()
        guard answer == "ok" || answer.hasPrefix("ok ") else { throw TestFailure("\(command): \(answer)") }
        return answer.split(separator: " ").dropFirst().map(String.init)
    }

    /// Sends a command whose answer is the number of a process.
    func tellForPid(_ command: String) throws -> Int32 {
        guard let number = try tell(command).first.flatMap(Int32.init) else {
            throw TestFailure("no process number: \(command)")
        }
        return number
    }

    /// Leaves a child behind that has the connection and obeys from now on; the parent is reaped when this returns.
    func forkAndLeave() throws -> Int32 {
        let child = try tellForPid("fork")
        strays.append(child)
        reap()
        return child
    }

    /// Executes `cat` in place of the program, and returns when it runs.
    func becomeCat() throws {
        try send("exec-other /usr/bin/cat")
        try send("it-runs")
        guard try readLine() == "it-runs" else { throw TestFailure("no cat") }
    }

    /// Sends a command that has no answer.
    func send(_ command: String) throws {
        let bytes = Array((command + "\n").utf8)
        let written = unsafe write(input.writing, bytes, bytes.count)
        guard written == bytes.count else { throw TestFailure("the peer does not read: \(command)") }
    }

    /// Ends the process; it is reaped when this returns.
    func end() {
        if isReaped { return }
        kill(pid, SIGKILL)
        // Ends also one that belongs to a user whom this process may no longer kill.
        input.closeWriting()
        reap()
    }

    private func reap() {
        child.wait()
        isReaped = true
    }

    private func readLine() throws -> String {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeSubrange(...end)
                return line
            }
            var entry = pollfd(fd: output.reading, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, 30_000) == 1 else { throw TestFailure("the peer does not answer") }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(output.reading, &bytes, bytes.count)
            guard count > 0 else { throw TestFailure("the peer has ended") }
            unread.append(contentsOf: bytes[..<count])
        }
    }
}
