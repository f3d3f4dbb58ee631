import ArgumentParser
import WarderModel
import WarderWire

/// `warder operator …`
struct OperatorCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Say who may operate the vault, and set your passphrase.",
        discussion: """
            An operator is known by their Unix user. No role includes another: an admin who should see values needs \
            reader as well.

            EXAMPLE
              warder operator add ada --uid ada --role admin --role reader
              warder operator enrol ada
              warder operator passphrase
              warder operator show grace --history
            """,
        subcommands: [
            AddOperator.self, ListOperators.self, ShowOperator.self, RemoveOperator.self, EnrolOperator.self,
            SetPassphrase.self,
        ]
    )
}

/// `warder operator add`
struct AddOperator: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add an operator.",
        discussion: """
            Roles: admin (servers, tools, grants, operators), rotator (stores versions), reader (reveals values), \
            approver (with groups), auditor (reads the log).

            EXAMPLE
              warder operator add ada --uid ada --role admin --role reader
              warder operator add grace --uid 1004 --role approver --group security
            """
    )

    @Argument(help: "Name in the log, such as ada.", transform: NameArgument.operatorName)
    var name: OperatorName

    @Option(help: ArgumentHelp("Their user, by name or number.", valueName: "user"))
    var uid: String

    @Option(
        help: ArgumentHelp("What they may do; repeat it for several.", valueName: "role")
    )
    var role: [Role]

    @Option(help: ArgumentHelp("Approver group; repeat it for several.", valueName: "name"))
    var group: [String] = []

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let request = OperatorRequest(
            name: name.text,
            uid: try Accounts.uid(uid),
            roles: role.map(\.rawValue),
            groups: group.isEmpty ? nil : group
        )
        let answer: Answer<OperatorSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/operators", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { person throws(CommandFailure) in
            let roles = TerminalText.escaped(person.roles.joined(separator: ", "))
            try session.console.print("\(name.text): operator with uid \(person.uid) (\(roles))")
        }
        if !answer.value.presence {
            session.console.message(
                "\(name.text) has no passphrase for what needs their presence",
                hints: ["To give them a code to set one: warder operator enrol \(name.text)"]
            )
        }
    }
}

/// `warder operator list`
struct ListOperators: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all operators with their roles.",
        discussion: """
            EXAMPLE
              warder operator list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<OperatorList> = try session.vault().ask(VaultRequest("GET", "/v1/operators"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("NAME", canShrink: false), .init("UID", isNumber: true), .init("ROLES"), .init("GROUPS"),
                .init("PASSPHRASE"), .init("SINCE"),
            ])
            for person in list.operators {
                table.add([
                    .init(person.name), .init(String(person.uid)), .init(person.roles.joined(separator: ", ")),
                    .init(person.groups.joined(separator: ", ")),
                    .init(person.presence ? "set" : "not set", person.presence ? nil : .caution),
                    .init(session.moment.short(person.created)),
                ])
            }
            try session.output.print(table, ifEmpty: "there are no operators")
        }
    }
}

/// `warder operator remove`
struct RemoveOperator: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove an operator. The log keeps their name.",
        discussion: """
            EXAMPLE
              warder operator remove grace
            """
    )

    @Argument(help: "Name of the operator.", transform: NameArgument.operatorName)
    var name: OperatorName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.confirm("This removes the operator \(name.text).", byTyping: name.text)
        try session.ask(VaultRequest("DELETE", "/v1/operators/\(name.text)"), then: "\(name.text): removed")
    }
}
