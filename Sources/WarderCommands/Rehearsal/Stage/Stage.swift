import Foundation
import Glibc
import SecretMemory
import StrictJSON
import WarderModel
import WarderWire

/// An isolated vault to play on: a folder, sockets, a configuration and a daemon of its own, with decoys in it.
///
/// Nothing of the user's vault is looked at or touched. What is secret here was made for this run and opens nothing, so
/// that it may stand in plain texts.
final class Stage {
    /// A token that the vault gave to a process of the rehearsal.
    struct Token {
        let text: String
        let accessor: String
    }

    let profile: Profile
    let folder: StageFolder
    let context: CommandContext
    /// The operator's side. The operator is this process.
    let vault: Vault
    /// The process that is the registered server.
    let server: Player
    /// Where it is the server's turn and another process of the same user asks.
    let sibling: Player
    /// By the secret's name.
    private(set) var decoys: [String: String] = [:]
    /// What must not be found anywhere, with words for it.
    private(set) var guarded: [(what: String, text: String)] = []
    /// The log's public key, as it was printed when the vault was made.
    private(set) var logKey = ""

    private let leftovers: Leftovers
    private var daemon: StageDaemon
    /// What daemons said that have ended.
    private var earlierWords: [UInt8] = []
    private let passphrase: String

    init(_ profile: Profile, in session: Session, _ leftovers: Leftovers) throws(CommandFailure) {
        self.profile = profile
        self.leftovers = leftovers
        context = session.context
        let parent = context.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        folder = try StageFolder(in: parent)
        leftovers.watch(folder: folder.path)
        do throws(CommandFailure) {
            try Self.configure(folder, profile)
            daemon = try StageDaemon(configuration: Self.configuration(in: folder), leftovers)
            server = try Player()
            sibling = try Player()
        } catch {
            leftovers.clear()
            throw error
        }
        passphrase = Self.random()
        vault = Vault(
            socket: "\(folder.path)/run/operator.sock",
            prompter: StagePrompter(passphrase: passphrase),
            console: session.console
        )
        vault.keepsPassphrase = true
        keepFromSight("the passphrase", passphrase)
    }

    /// Ends the daemon and takes everything away.
    func close() { leftovers.clear() }

    // MARK: The vault

    /// Sets the vault up, with this process's user as its first operator, who may read the log.
    func initialise() throws(CommandFailure) {
        let status: VaultStatus = try vault.ask(VaultRequest("GET", "/v1/sys/status")).value
        guard status.version == Release.version else {
            throw .usage(
                "the warderd beside this program is of another version, \(TerminalText.escaped(status.version))",
                hints: ["Install both from one release: warder --version; warderd --version"]
            )
        }
        let answer: InitAnswer = try vault.ask(
            .json("POST", "/v1/sys/init", #"{"passphrase":"\#(passphrase)","operator":"rehearsal"}"#)
        ).value
        logKey = answer.logKey
        guard profile == .team else { return }
        let roles = #""roles":["admin","auditor"]"#
        try arrange("POST", "/v1/operators", #"{"name":"rehearsal","uid":\#(Accounts.ownUID),\#(roles)}"#)
    }

    func unseal() throws(CommandFailure) {
        try arrange("POST", "/v1/sys/unseal", #"{"passphrase":"\#(passphrase)"}"#)
    }

    /// Has the operator do something that is no part of any misuse.
    @discardableResult
    func arrange(_ method: String, _ path: String, _ body: String? = nil) throws(CommandFailure) -> JSONNode {
        defer { daemon.listen() }
        return try vault.askForDocument(.json(method, path, body)).root
    }

    /// Stores a new random value.
    func hide(_ secret: String) throws(CommandFailure) {
        let value = Self.random()
        decoys[secret] = value
        keepFromSight("the value of \(secret)", value)
        try arrange("PUT", "/v1/secrets/\(secret)", #"{"fields":{"value":"\#(value)"}}"#)
    }

    /// A proof of the operator's presence, which is meant for this process.
    func provePresence() throws(CommandFailure) -> String {
        let answer: PresenceProof = try vault.ask(
            .json("POST", "/v1/presence", #"{"passphrase":"\#(passphrase)"}"#)
        ).value
        keepFromSight("a proof of presence", answer.proof)
        return answer.proof
    }

    /// The question that a process asks who knows the operator's passphrase.
    var presenceQuestion: Question {
        var question = Question.post("/v1/presence", #"{"passphrase":"\#(passphrase)"}"#)
        question.door = .operator
        return question
    }

    /// Ends the daemon in order and starts it anew: the vault is sealed then.
    func restart() throws(CommandFailure) {
        try stop()
        daemon = try StageDaemon(configuration: Self.configuration(in: folder), leftovers)
    }

    func stop() throws(CommandFailure) {
        try daemon.stop()
        earlierWords += daemon.words
    }

    /// Everything that its daemons said, once the last one was stopped.
    var words: [UInt8] { earlierWords }

    // MARK: Processes

    /// Has a process ask; the server where no other is named.
    func ask(_ question: Question, as player: Player? = nil) throws(CommandFailure) -> Reply {
        defer { daemon.listen() }
        let name = question.door == .client ? "client" : "operator"
        return try (player ?? server).ask(question, at: "\(folder.path)/run/\(name).sock")
    }

    /// A token for the server, which has to get it.
    func token(_ tool: String, _ more: String = "") throws(CommandFailure) -> Token {
        let reply = try ask(.post("/v1/tokens", #"{"tool":"\#(tool)"\#(more)}"#))
        guard reply.status == 201, let text = reply.text("token"), let accessor = reply.text("accessor") else {
            throw .stage("got no token for \(tool) (\(reply.words))")
        }
        keepFromSight("a token for \(tool)", text)
        return Token(text: text, accessor: accessor)
    }

    /// A word that nobody may ever repeat.
    func marker() -> String {
        let text = "m" + Hex.encode(SecureRandom.bytes(count: 8))
        keepFromSight("a hostile name", text)
        return text
    }

    /// Something that must not be found anywhere afterwards.
    func keepFromSight(_ what: String, _ text: String) { guarded.append((what, text)) }

    // MARK: Making it

    private static func random() -> String { Hex.encode(SecureRandom.bytes(count: 24)) }

    private static func configuration(in folder: StageFolder) -> String { folder.path + "/warder.yaml" }

    /// Settings of its own wherever the machine's have a default that lies elsewhere.
    private static func configure(_ folder: StageFolder, _ profile: Profile) throws(CommandFailure) {
        let checkpoints = folder.path + "/checkpoints"
        guard unsafe mkdir(checkpoints, 0o700) == 0 else { throw .stage("has no room for its files") }
        let text = """
            state_directory: \(quoted(folder.path + "/state"))
            client_socket: \(quoted(folder.path + "/run/client.sock"))
            operator_socket: \(quoted(folder.path + "/run/operator.sock"))
            profile: \(profile.rawValue)
            confinement: best-effort
            argon2:
              passes: 2
              memory: 19MiB
            memory:
              lock: best-effort
            audit:
              checkpoints: \(quoted(checkpoints))
            worker:
              start: off

            """
        let isWritten = FileManager.default.createFile(
            atPath: configuration(in: folder),
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else { throw .stage("has no room for its files") }
    }

    /// A text as YAML takes it, whatever is in it.
    private static func quoted(_ text: String) -> String {
        var buffer = JSONBuffer()
        buffer.string(text)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}

extension VaultRequest {
    /// A request whose body is JSON already.
    static func json(_ method: String, _ path: String, _ body: String? = nil) -> VaultRequest {
        VaultRequest(
            method,
            path,
            body: body.map { text in
                var buffer = JSONBuffer()
                buffer.raw(Array(text.utf8))
                return RequestBody(buffer)
            }
        )
    }
}

extension CommandFailure {
    /// The play cannot go on, which is no result of it.
    static func stage(_ problem: String) -> CommandFailure {
        CommandFailure(.server, "the rehearsal \(problem), and cannot go on")
    }
}
