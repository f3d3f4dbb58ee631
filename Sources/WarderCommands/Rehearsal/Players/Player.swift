import Foundation
import Glibc
import SystemPackage
import WarderLinux

/// A process of its own that asks what it is told to.
///
/// The kernel tells the vault who asks, so that nobody can play another process's part: each is this program once more,
/// as a process of the same user or of another.
final class Player {
    private static let pieceBytes = 1 << 16

    private let process: ChildProcess
    private var unread: [UInt8] = []

    /// Starts it, as this user where no other is named.
    init(as user: ChildProcess.User? = nil) throws(CommandFailure) {
        signal(SIGPIPE, SIG_IGN)
        do throws(Errno) {
            process = try ChildProcess(
                .own(),
                arguments: [Console.programName] + PlayerProcess.arguments,
                environment: [:],
                user: user,
                sharesErrors: true
            )
        } catch {
            throw .usage("a process of the rehearsal cannot be started: \(SystemReason.text(error))")
        }
    }

    /// Asks at a socket, and waits for the answer.
    func ask(_ question: Question, at socket: String) throws(CommandFailure) -> Reply {
        try send(Array("\(Data(question.bytes).base64EncodedString()) \(socket)\n".utf8))
        let words = String(decoding: try line(), as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, let status = Int(words[0]), let body = Data(base64Encoded: String(words[1])),
            let head = Data(base64Encoded: String(words[2]))
        else { throw .ended }
        return Reply(status: status, body: Array(body), head: Array(head))
    }

    private func send(_ bytes: [UInt8]) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let written = unsafe rest.withUnsafeBytes({ unsafe process.input.write($0) }) else { throw .ended }
            rest = rest.dropFirst(written)
            if written == 0 { wait(for: process.input, Int16(POLLOUT)) }
        }
    }

    private func line() throws(CommandFailure) -> [UInt8] {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...end) }
                return Array(unread[..<end])
            }
            wait(for: process.output, Int16(POLLIN))
            guard let piece = process.output.read(limit: Self.pieceBytes) else { continue }
            guard !piece.isEmpty else { throw .ended }
            unread += piece
        }
    }

    private func wait(for end: PipeEnd, _ events: Int16) {
        var entry = pollfd(fd: end.number, events: events, revents: 0)
        _ = unsafe poll(&entry, 1, -1)
    }
}

extension CommandFailure {
    fileprivate static var ended: CommandFailure { .usage("a process of the rehearsal ended before it was done") }
}
