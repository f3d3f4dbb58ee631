import StrictJSON
import UnixHTTP
package import WarderModel
import WarderWire

/// The connection that makes this process a launcher. The launch ends with it.
///
/// The same connection waits for changes: it never carries anything else, and its end is noticed in the same place.
package final class LaunchLine {
    /// What changed of what the server may have.
    package struct News {
        package var secrets: Set<String>
        /// Whether anything may have changed.
        package var isReset: Bool
    }

    /// For an answer that is waited for, in seconds.
    private static let patience = 10
    /// For the parts of one of which the first has come, and for the connection; in seconds.
    private static let shortPatience = 2
    private static let wait = 55

    private let socket: UnixSocket
    /// What the log calls the launch; empty until it has begun.
    package private(set) var name = ""
    private var cursor: String?
    private var isAsking = false

    /// Readable when the vault has news, or is gone; for poll(2).
    package var number: Int32 { socket.number }

    /// Makes this process the launcher of a server, and waits until it is.
    ///
    /// `cursor`: of an earlier launch, so that what changed meanwhile is heard of.
    /// `admitsMembers`: whether what it starts speaks for the server.
    package convenience init(
        _ server: ServerName,
        socket path: String,
        cursor: String? = nil,
        admitsMembers: Bool = true
    ) throws(LaunchFault) {
        try self.init(asking: server, socket: path, cursor: cursor, admitsMembers: admitsMembers, waits: true)
        socket.limit(Self.patience)
        try begin()
        socket.limit(Self.shortPatience)
    }

    /// Asks to be made the launcher of a server; `begin` reads the answer when there is one.
    ///
    /// `waits`: whether to wait where too many have connected already.
    init(
        asking server: ServerName,
        socket path: String,
        cursor: String?,
        admitsMembers: Bool = true,
        waits: Bool
    ) throws(LaunchFault) {
        do throws(ConnectionFault) {
            socket = try UnixSocket(path: path, timeoutSeconds: Self.shortPatience, waits: waits)
        } catch { throw .unreachable(error) }
        self.cursor = cursor
        var body = JSONBuffer()
        body.beginObject()
        body.key("members")
        body.bool(admitsMembers)
        body.field("server", server.text)
        body.endObject()
        try ClientExchange(socket: socket).send("POST", "/v1/launches", body: body)
    }

    /// Reads whether the launch has begun.
    func begin() throws(LaunchFault) {
        let answer = try ClientExchange(socket: socket).receive()
        guard answer.status == 201, answer.keepsConnection else { throw .refusal(answer, .launch) }
        do { name = try answer.body.decode(LaunchAnswer.self, unknownKeys: .ignore).launch } catch { throw .malformed }
    }

    /// Where a later launch can go on.
    package var place: String? { cursor }

    /// What changed up to now.
    package func look() throws(LaunchFault) -> News {
        try ask(wait: 0)
        return try receive()
    }

    /// Asks to be told of the next change; `receive` reads the answer when there is one.
    package func listen() throws(LaunchFault) {
        if !isAsking { try ask(wait: Self.wait) }
    }

    /// Reads the news that have come.
    package func receive() throws(LaunchFault) -> News {
        // Nothing was asked: what is readable is the end.
        guard isAsking else { throw .unreachable(.closed) }
        let answer = try ClientExchange(socket: socket).receive()
        isAsking = false
        guard answer.status == 200, answer.keepsConnection else { throw .refusal(answer, .launch) }
        let list: ChangeList
        do { list = try answer.body.decode(ChangeList.self, unknownKeys: .ignore) } catch { throw .malformed }
        cursor = list.next
        return News(secrets: Set(list.changes.map(\.secret)), isReset: list.reset)
    }

    private func ask(wait seconds: Int) throws(LaunchFault) {
        // What was not understood is no cursor for a target either.
        let since = cursor.map { $0.utf8.allSatisfy(Self.isCursorByte) ? "&since=\($0)" : "" } ?? ""
        try ClientExchange(socket: socket).send("GET", "/v1/changes?wait=\(seconds)\(since)")
        isAsking = true
    }

    private static func isCursorByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension LaunchFault {
    static func refusal(_ answer: ClientExchange.Answer, _ request: Request) -> LaunchFault {
        guard let refusal = answer.refusal else { return .malformed }
        return .refused(refusal.code, request, requestID: refusal.requestID)
    }
}
