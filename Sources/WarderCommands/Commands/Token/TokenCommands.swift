import ArgumentParser
import WarderModel
import WarderWire

/// `warder token …`
struct TokenCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Look at live tokens, and end them.",
        discussion: """
            EXAMPLE
              warder token list
              warder token revoke tok_2kYnrWzQ0sT4bJ7dLmXc9V
            """,
        subcommands: [ListTokens.self, RevokeToken.self]
    )
}

/// `warder token list`
struct ListTokens: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List live tokens by their public names.",
        discussion: """
            EXAMPLE
              warder token list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<TokenList> = try session.vault().ask(VaultRequest("GET", "/v1/tokens"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("ACCESSOR", canShrink: false), .init("TOOL"), .init("PID", isNumber: true),
                .init("UID", isNumber: true), .init("USES", isNumber: true), .init("ISSUED"), .init("EXPIRES"),
            ])
            for token in list.tokens {
                table.add([
                    .init(token.accessor), .init(token.tool), .init(String(token.pid)), .init(String(token.uid)),
                    .init(String(token.uses)), .init(session.moment.short(token.issued)),
                    .init(session.moment.short(token.expires)),
                ])
            }
            try session.output.print(table, ifEmpty: "there are no live tokens")
        }
    }
}

/// `warder token revoke`
struct RevokeToken: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a token; it works no more from the next request on.",
        discussion: """
            EXAMPLE
              warder token revoke tok_2kYnrWzQ0sT4bJ7dLmXc9V
            """
    )

    @Argument(help: "Public name of the token, as in the list.", transform: NameArgument.accessor)
    var accessor: TokenAccessor

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.ask(VaultRequest("DELETE", "/v1/tokens/\(accessor.text)"), then: "\(accessor.text): revoked")
    }
}
