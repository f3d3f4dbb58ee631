import ArgumentParser
import WarderModel
import WarderWire

/// `warder secret promote`
struct PromoteSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Make a pending version the current one.",
        discussion: """
            Without --version it takes the one pending version, if there is exactly one. The version that was \
            current becomes the previous one.

            EXAMPLE
              warder secret promote github/pat
              warder secret promote github/pat --version 4
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @Option(help: ArgumentHelp("Which version. (default: the pending one)", valueName: "number"))
    var version: UInt32?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let version = if let version { version } else { try pendingVersion(vault) }
        try session.change(vault, "/v1/promote/\(name.text)", VersionRequest(version: version))
    }

    private func pendingVersion(_ vault: Vault) throws(CommandFailure) -> UInt32 {
        let detail: SecretDetail = try vault.ask(VaultRequest("GET", "/v1/secrets/\(name.text)")).value
        let pending = detail.versions.filter { $0.state == "pending" }.map(\.version)
        guard let version = pending.first else {
            throw CommandFailure(
                .conflict,
                "\(name.text) has no pending version",
                hints: [
                    "Store one: warder secret put \(name.text) --pending",
                    "Or take another one: warder secret promote \(name.text) --version N",
                ]
            )
        }
        guard pending.count == 1 else {
            throw CommandFailure(
                .conflict,
                "\(name.text) has several pending versions: \(pending.map(String.init).joined(separator: ", "))",
                hints: ["Name one: --version N"]
            )
        }
        return version
    }
}

/// `warder secret rollback`
struct RollBackSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Make the previous version the current one again.",
        discussion: """
            EXAMPLE
              warder secret rollback github/pat
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.change(session.vault(), "/v1/rollback/\(name.text)")
    }
}

/// `warder secret delete`
struct DeleteSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Hide a secret: no server gets it any more. Can be undone.",
        discussion: """
            EXAMPLE
              warder secret delete github/pat
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.change(session.vault(), "/v1/secrets/\(name.text)", method: "DELETE")
        session.console.message("undo it with: warder secret undelete \(name.text)")
    }
}

/// `warder secret undelete`
struct UndeleteSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "undelete",
        abstract: "Bring a deleted secret back.",
        discussion: """
            EXAMPLE
              warder secret undelete github/pat
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.change(session.vault(), "/v1/undelete/\(name.text)")
    }
}

/// `warder secret destroy`
struct DestroySecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "destroy",
        abstract: "Erase the values of one version, or of all, for good.",
        discussion: """
            Asks you to type the name, unless --yes is given. Names, numbers and the log stay. Backups still hold what \
            they held.

            EXAMPLE
              warder secret destroy github/pat --version 2
              warder secret destroy github/pat --yes
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @Option(help: ArgumentHelp("Which version. (default: all of them)", valueName: "number"))
    var version: UInt32?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let what = version.map { "version \($0)" } ?? "every version"
        try session.confirm("This erases \(what) of \(name.text) for good.", byTyping: name.text)
        try session.change(
            session.vault(),
            "/v1/destroy/\(name.text)",
            VersionRequest(version: version)
        )
    }
}

extension Session {
    /// Asks for a change of a secret and prints what became of it.
    fileprivate func change(
        _ vault: Vault,
        _ path: String,
        _ request: VersionRequest? = nil,
        method: String = "POST"
    ) throws(CommandFailure) {
        let body = if let request { try JSONBody.encode(request) } else { RequestBody?.none }
        let answer: Answer<SecretChanged> = try vault.ask(VaultRequest(method, path, body: body))
        try output.show(answer) { changed throws(CommandFailure) in try print(changed) }
    }

    /// `github/pat: version 3 is current`.
    func print(_ changed: SecretChanged) throws(CommandFailure) {
        let numbers = changed.destroyed.map(String.init).joined(separator: ", ")
        let state =
            switch (changed.version, changed.state) {
            // What an undeleted secret is; its version is current, as it was before.
            case (let version?, "active"): "version \(version) is current again"
            case (let version?, let state): "version \(version) is \(state)"
            case (nil, "destroyed") where changed.destroyed.count == 1: "version \(numbers) is destroyed"
            case (nil, "destroyed") where !changed.destroyed.isEmpty: "versions \(numbers) are destroyed"
            case (nil, let state): state
            }
        try console.print(TerminalText.escaped("\(changed.name): \(state)"))
        guard !changed.destroyed.isEmpty else { return }
        console.message("values erased for good: version \(numbers)")
    }
}
