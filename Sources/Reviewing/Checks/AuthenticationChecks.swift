import WarderModel

/// Whether the vault knows who asks.
enum AuthenticationChecks {
    static let all = [
        Check(
            "server-identity",
            .authentication,
            points: 5,
            "The kernel confirms each server by more than its user.",
            [.authentication, .shadowServers]
        ) { facts in
            servers(facts) { server in
                switch IdentityStrength(server) {
                case .digest, .unit: nil
                case .user:
                    Fault(
                        .knownByUser,
                        .low,
                        server.name,
                        "\(server.name) is whatever \(server.launched == true ? "is started by" : "runs as") user "
                            + "\(server.uid.map(String.init) ?? "?"): every program of that user "
                            + (server.launched == true ? "can start it." : "is the server."),
                        Commands.update(server)
                    )
                case .program:
                    Fault(
                        .knownByGroup,
                        .high,
                        server.name,
                        "\(server.name) is recognised by a group alone: every user in it can be the server.",
                        Commands.update(server)
                    )
                }
            }
        },
        Check(
            "server-overlap",
            .authentication,
            points: 3,
            "No process can be two servers.",
            [.authentication]
        ) { facts in
            servers(facts) { server in
                guard !server.overlaps.isEmpty else { return nil }
                return Fault(
                    .overlap,
                    .medium,
                    server.name,
                    "One process could be \(server.name) and also \(Words.list(server.overlaps)).",
                    Commands.update(server)
                )
            }
        },
        Check(
            "shared-uid",
            .authentication,
            points: 4,
            "No server can run under an operator's user.",
            [.authentication, .scopeCreep]
        ) { facts in
            servers(facts) { server in
                guard !server.operators.isEmpty else { return nil }
                return Fault(
                    .sharedUser,
                    .medium,
                    server.name,
                    "\(server.name) can run under the user of \(Words.list(server.operators)): only a passphrase tells "
                        + "the person from the program.",
                    Commands.update(server)
                )
            }
        },
        Check(
            "operator-presence",
            .authentication,
            points: 3,
            "Operators whom a program could pass for have a passphrase.",
            [.authentication]
        ) { facts in
            switch facts.operators {
            case .notEvaluated(let reason): .notEvaluated(reason)
            case .known(let people):
                .each(of: people, "operator", none: "There are no operators.") { person in
                    guard person.needed, !person.presence else { return nil }
                    return Fault(
                        .noPassphrase,
                        .high,
                        person.name,
                        "\(person.name) has no passphrase: nothing tells the person from a program of theirs.",
                        Remedy(
                            "warder operator enrol \(person.name)",
                            advice: "Then, as \(person.name), with the code: warder operator passphrase"
                        )
                    )
                }
            }
        },
    ]

    private static func servers(_ facts: ReviewFacts, _ fault: (ServerFacts) -> Fault?) -> CheckAnswer {
        switch facts.servers {
        case .notEvaluated(let reason): .notEvaluated(reason)
        case .known(let servers): .each(of: servers, "server", none: "There are no servers.", fault)
        }
    }
}
