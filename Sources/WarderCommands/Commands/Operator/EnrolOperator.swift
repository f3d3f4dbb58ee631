import ArgumentParser
import SecretMemory
import StrictJSON
import WarderModel
import WarderWire

/// `warder operator enrol`
struct EnrolOperator: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol",
        abstract: "Make a code with which an operator sets their passphrase.",
        discussion: """
            Hand it to the person on a way that programs under their user do not see: by voice, on paper, in a \
            password manager. It works once, for a day, and only under their user. A later code ends an earlier one; \
            the passphrase they have, if any, stays until they have set another.

            Where no admin can prove to be there any more, the people who hold shares of a key slot make the code: \
            each brings one from their own terminal (--share), and whoever brings the last reads the code. It takes \
            no role. `warder unseal --cancel` drops the shares that were brought.

            EXAMPLE
              warder operator enrol grace
              warder operator enrol grace --share
              warder operator enrol grace --share --attempt 1kF9aQ
            """
    )

    @Argument(help: "Name of the operator.", transform: NameArgument.operatorName)
    var name: OperatorName

    @Flag(help: "Bring one share; the last that is needed makes the code, without an admin.")
    var share = false

    @Option(help: ArgumentHelp("The attempt that others have begun, as status shows it.", valueName: "name"))
    var attempt: String?

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        if attempt != nil, !share { throw ValidationError("--attempt goes with --share") }
    }

    func run(in session: Session) throws(CommandFailure) {
        // Before there is a code that nobody has read.
        if global.output == .yaml { throw .usage("a code is printed as it is, or as json") }
        let vault = try session.vault()
        let answer = share ? try bring(vault, session) : try vault.askForSecret(VaultRequest("POST", path))
        guard let document = answer else { return }
        defer { document.wipe() }
        if global.output == .json { return try session.console.write(IndentedJSON.bytes(document.root)) }
        let (code, until) = try Self.read(document.root)
        try session.console.write(code)
        try session.console.write([UInt8(ascii: "\n")])
        session.console.message(
            "for \(name.text) alone; it works once, and ends \(session.moment.short(until))",
            hints: ["As \(name.text): warder operator passphrase --code"]
        )
    }

    private var path: String { "/v1/operators/\(name.text)/enrol" }

    /// Brings a share. Which attempt it is for the person says, and not this program: others read its name aloud.
    ///
    /// - Returns: the code; `nil` while more shares are needed.
    private func bring(_ vault: Vault, _ session: Session) throws(CommandFailure) -> JSONDocument? {
        let text = try ShareQuestions(session: session).one("Your share:")
        let status: VaultStatus = try vault.ask(VaultRequest("GET", "/v1/sys/status")).value
        var chosen = attempt
        if chosen == nil, let present = status.enrolling, present.operatorName == name.text {
            session.console.message(
                "an attempt is under way: \(present.have.count) of \(present.need) shares are there"
            )
            chosen = try session.context.prompter.line(
                "The name of the attempt, as those who began it read it to you:",
                otherwise: .usage("name the attempt: --attempt NAME", hints: ["See it: warder status"])
            )
        }
        var body = JSONBuffer(capacity: 96 + SecretJSON.capacity(for: text))
        body.beginObject()
        try SecretJSON.append(text, key: "share", to: &body)
        if let chosen { body.field("attempt", chosen) }
        body.endObject()
        let document = try vault.askForSecret(
            VaultRequest("POST", path + "/share", body: RequestBody(body))
        )
        guard let progress = try? document.decode(EnrolmentProgress.self) else { return document }
        try show(progress, document, session)
        return nil
    }

    private func show(
        _ progress: EnrolmentProgress,
        _ document: JSONDocument,
        _ session: Session
    ) throws(CommandFailure) {
        if global.output == .json { try session.console.write(IndentedJSON.bytes(document.root)) }
        let attempt = TerminalText.escaped(progress.attempt)
        session.console.message(
            "\(progress.have.count) of \(progress.need) shares are there; the attempt is called \(attempt)",
            hints: [
                "It ends in \(max(1, progress.secondsLeft / 60)) min. Read its name to the next person, who runs:",
                "warder operator enrol \(name.text) --share --attempt \(attempt)",
            ]
        )
    }

    /// - Throws: A server failure for a code of other characters than codes have: it goes to a terminal.
    private static func read(_ root: JSONNode) throws(CommandFailure) -> (code: SecretBytes, until: String) {
        let code: SecretBytes
        let until: String
        do {
            guard let text = try root.member("code")?.secret(), let time = try root.member("until")?.string() else {
                throw CommandFailure.malformedAnswer
            }
            (code, until) = (text, time)
        } catch { throw .malformedAnswer }
        let isPlain = unsafe code.withUnsafeBytes { bytes in
            unsafe bytes.allSatisfy { byte in
                byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte)
            }
        }
        guard isPlain else { throw .malformedAnswer }
        return (code, until)
    }
}
