import Foundation
import UnixHTTP

/// The other end of a ``Player``: asks what stands on its standard input, a line a question, and writes the answers.
///
/// It adds nothing to what anybody can do who may start a program: what it gets, it gets as the process that it is.
enum PlayerProcess {
    static let arguments = ["rehearse", "--as-player"]

    private static let timeoutSeconds = 60
    private static let maximumBodyBytes = 1 << 20

    static func run(_ console: Console) throws(CommandFailure) {
        while let line = readLine() {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let question = Data(base64Encoded: String(words[0])) else {
                throw .usage("--as-player takes questions of a rehearsal alone")
            }
            let reply = ask(Array(question), at: String(words[1]))
            let (body, head) = (Data(reply.body).base64EncodedString(), Data(reply.head).base64EncodedString())
            try console.print("\(reply.status) \(body) \(head)")
        }
    }

    /// Each question has a connection of its own; 0 where no answer comes.
    private static func ask(_ question: [UInt8], at path: String) -> Reply {
        do throws(ConnectionFault) {
            let socket = try UnixSocket(path: path, timeoutSeconds: timeoutSeconds)
            // What is refused by its first line is answered before all of it was read.
            try? unsafe socket.send(question.span.bytes)
            var reader = ResponseReader(socket)
            let head = try reader.head()
            var body: [UInt8] = []
            try reader.body(of: head, maximumBytes: maximumBodyBytes) { piece throws(ConnectionFault) in
                body.append(piece)
            }
            let fields = head.headers.map { "\($0.name): \($0.value)\n" }.joined()
            return Reply(status: head.status, body: body, head: Array(fields.utf8))
        } catch {
            return Reply(status: 0, body: [])
        }
    }
}
