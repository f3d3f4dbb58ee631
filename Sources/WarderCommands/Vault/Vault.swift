package import StrictJSON
import UnixHTTP
import WarderModel
package import WarderWire

/// An answer of the vault, read into its type, and as it came.
package struct Answer<Value> {
    package var value: Value
    package var body: [UInt8]

    package init(value: Value, body: [UInt8]) {
        self.value = value
        self.body = body
    }
}

/// The vault as commands see it: typed answers, failures with their remedy, presence proved when it is asked for.
package final class Vault {
    private let connection: OperatorConnection
    private let presence: Presence
    /// Whether what is typed once serves for all that this command does.
    package var keepsPassphrase = false
    private var passphrase: Passphrase?

    package init(socket: String, prompter: any Prompter, console: Console) {
        connection = OperatorConnection(path: socket)
        presence = Presence(connection: connection, prompter: prompter, console: console)
    }

    /// Path of the operator socket.
    package var socketPath: String { connection.path }

    /// Looks before a person types a secret for a vault that cannot take it.
    func requireOpen() throws(CommandFailure) {
        let status: VaultStatus = try ask(VaultRequest("GET", "/v1/sys/status")).value
        switch status.state {
        case "sealed": throw CommandFailure(.sealed, "the vault is sealed", hints: ["Open it: warder unseal"])
        case "not_initialised":
            throw CommandFailure(.sealed, "the vault was never set up", hints: ["Set it up: warder init"])
        default: return
        }
    }

    /// Asks, and reads the answer.
    package func ask<Value: Decodable>(
        _ request: VaultRequest,
        for type: Value.Type = Value.self
    ) throws(CommandFailure) -> Answer<Value> {
        let body = try send(request)
        return Answer(value: try Self.decode(body), body: body)
    }

    /// Asks for something secret: the answer's bytes are wiped with the document.
    package func askForSecret(_ request: VaultRequest) throws(CommandFailure) -> JSONDocument {
        try Self.document(try send(request))
    }

    /// Asks, and reads the answer as JSON without a type.
    package func askForDocument(_ request: VaultRequest) throws(CommandFailure) -> JSONDocument {
        try Self.document(try send(request))
    }

    /// Asks for a text that other programs read, as it is.
    package func text(_ request: VaultRequest) throws(CommandFailure) -> [UInt8] { try send(request) }

    /// As `stream`, and proves presence where the vault asks for it.
    package func streamWithPresence(
        _ request: VaultRequest,
        _ take: (RawSpan) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        do throws(CommandFailure) { try stream(request, take) } catch {
            guard error.status == .denied, error.needsPresence else { throw error }
            try stream(request, proof: presence.askAndProve().proof, take)
        }
    }

    /// Asks for an answer without an end, and hands it on piece by piece.
    package func stream(
        _ request: VaultRequest,
        proof: PresenceProof? = nil,
        _ take: (RawSpan) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        var failureBody: [UInt8] = []
        var failure: CommandFailure?
        let head: ResponseHead
        do throws(ConnectionFault) {
            head = try connection.stream(
                request,
                presence: proof?.proof,
                maximumBytes: .max
            ) { piece, head throws(ConnectionFault) in
                guard head.status == 200 else {
                    if failureBody.count + piece.byteCount <= 65_536 { failureBody.append(piece) }
                    return
                }
                do throws(CommandFailure) { try take(piece) } catch {
                    failure = error
                    throw .closed
                }
            }
        } catch {
            throw failure ?? CommandFailure(error, socket: connection.path)
        }
        guard head.status == 200 else { throw refusal(of: request, in: .init(head: head, body: failureBody)) }
    }

    /// Proves presence now rather than when the vault asks for it, where the person should be asked things in a
    /// better order.
    package func provePresence(by passphrase: Passphrase) throws(CommandFailure) -> PresenceProof {
        try presence.prove(with: passphrase)
    }

    /// Sends a request with a proof that is there already.
    package func send(_ request: VaultRequest, proof: PresenceProof) throws(CommandFailure) -> [UInt8] {
        try body(of: exchange(request, presence: proof), to: request)
    }

    private func send(_ request: VaultRequest) throws(CommandFailure) -> [UInt8] {
        if let passphrase, Subject(request).action?.needsPresence == true {
            return try send(request, proof: presence.prove(with: passphrase))
        }
        let response = try exchange(request, presence: nil)
        guard response.head.status >= 400, let refusal = Self.refusal(response.body),
            refusal.code == .presenceRequired, refusal.reason != Presence.notSet
        else { return try body(of: response, to: request) }
        let (proof, typed) = try presence.askAndProve()
        if keepsPassphrase { passphrase = typed }
        return try body(of: exchange(request, presence: proof), to: request)
    }

    private func body(
        of response: OperatorConnection.Response,
        to request: VaultRequest
    ) throws(CommandFailure) -> [UInt8] {
        guard Self.isSuccess(response) else { throw refusal(of: request, in: response) }
        return response.body
    }

    /// What the vault said instead of doing it. Where it matters who asks, that is looked up.
    private func refusal(of request: VaultRequest, in response: OperatorConnection.Response) -> CommandFailure {
        let needsAsker = Self.refusal(response.body).map(CommandFailure.dependsOnAsker) ?? false
        return Self.failure(response, about: Subject(request), asker: needsAsker ? asker() : nil)
    }

    /// The operator who runs this command; `nil` where there is none, or they cannot be looked up.
    private func asker() -> OperatorSummary? {
        guard let response = try? connection.exchange(VaultRequest("GET", "/v1/operators")),
            Self.isSuccess(response), let list = try? Self.decode(response.body, as: OperatorList.self)
        else { return nil }
        return list.operators.first { $0.uid == Accounts.ownUID }
    }

    private func exchange(
        _ request: VaultRequest,
        presence: PresenceProof?
    ) throws(CommandFailure) -> OperatorConnection.Response {
        do throws(ConnectionFault) {
            return try connection.exchange(request, presence: presence?.proof)
        } catch {
            throw CommandFailure(error, socket: connection.path)
        }
    }
}

extension Vault {
    /// The body of a successful answer.
    ///
    /// - Throws: what the vault said instead.
    static func body(of response: OperatorConnection.Response) throws(CommandFailure) -> [UInt8] {
        guard isSuccess(response) else { throw failure(response, about: Subject(action: nil), asker: nil) }
        return response.body
    }

    private static func isSuccess(_ response: OperatorConnection.Response) -> Bool {
        (200..<300).contains(response.head.status)
    }

    /// Reads a body; members that this version does not know are passed over.
    static func decode<Value: Decodable>(
        _ body: [UInt8],
        as type: Value.Type = Value.self
    ) throws(CommandFailure) -> Value {
        let document = try document(body)
        do throws(JSONDecodingError) {
            return try document.decode(Value.self, unknownKeys: .ignore)
        } catch {
            throw .malformedAnswer
        }
    }

    static func document(_ body: consuming [UInt8]) throws(CommandFailure) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(parsing: body, limits: .answer)
        } catch {
            throw .malformedAnswer
        }
    }

    static func refusal(_ body: [UInt8]) -> ErrorBody.Failure? {
        guard let document = try? document(body) else { return nil }
        return try? document.decode(ErrorBody.self, unknownKeys: .ignore).error
    }

    private static func failure(
        _ response: OperatorConnection.Response,
        about subject: Subject,
        asker: OperatorSummary?
    ) -> CommandFailure {
        guard let refusal = refusal(response.body) else { return .malformedAnswer }
        return CommandFailure(
            refusal,
            about: subject,
            asker: asker,
            retryAfterSeconds: response.head.header("retry-after").flatMap { Int($0) }
        )
    }
}
