import StrictJSON
import UnixHTTP
import WarderModel

/// Asks the vault for the values of an environment, one secret after the other over one connection.
///
/// Nothing is waited for but by `receive`, which can be called when `number` is readable.
final class ValueInquiry {
    private let exchange: ClientExchange
    private let server: ServerName
    /// Fields of one secret are asked for together.
    private let secrets: [[EnvironmentSecret]]
    private var values = EnvironmentValues()
    private var answered = 0

    /// Readable when there is an answer; for poll(2).
    var number: Int32 { exchange.socket.number }

    /// Asks for the first of the secrets, of which there must be at least one.
    ///
    /// `patience`: the longest wait for an answer or a part of it, in seconds.
    /// `waits`: whether to wait as long where too many have connected already.
    init(
        _ secrets: [EnvironmentSecret],
        of server: ServerName,
        socket path: String,
        patience: Int,
        waits: Bool
    ) throws(LaunchFault) {
        self.server = server
        self.secrets = Dictionary(grouping: secrets, by: \.secret).sorted { $0.key < $1.key }.map(\.value)
        do throws(ConnectionFault) {
            exchange = ClientExchange(socket: try UnixSocket(path: path, timeoutSeconds: patience, waits: waits))
        } catch { throw .unreachable(error) }
        try askNext()
    }

    /// Takes the answer that has come, and asks for the next value.
    ///
    /// - Returns: all of them when that was the last answer.
    func receive() throws(LaunchFault) -> EnvironmentValues? {
        let asked = secrets[answered]
        let answer = try exchange.receive()
        guard answer.status == 200 else { throw .refusal(answer, .variable(asked[0])) }
        try values.add(asked, answer.body.root)
        answered += 1
        if answered == secrets.count { return values }
        try askNext()
        return nil
    }

    private func askNext() throws(LaunchFault) {
        let asked = secrets[answered]
        var body = JSONBuffer()
        body.beginObject()
        body.key("fields")
        body.beginArray()
        for field in Set(asked.map(\.field.text)).sorted() { body.string(field) }
        body.endArray()
        body.field("secret", asked[0].secret.text)
        body.field("tool", ToolID(server: server, tool: .launch).text)
        body.endObject()
        try exchange.send("POST", "/v1/resolve", body: body)
    }
}
