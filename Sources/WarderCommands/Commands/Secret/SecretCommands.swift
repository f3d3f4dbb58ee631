import ArgumentParser

/// `warder secret …`
struct SecretCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Store, look at, rotate and destroy secrets.",
        discussion: """
            A secret has a name, one or more fields, and numbered versions. Storing makes a new version current; \
            the old one stays as the previous one.

            EXAMPLE
              warder secret put github/pat --stdin < token.txt
              warder secret show github/pat
              warder secret rollback github/pat
            """,
        subcommands: [
            PutSecret.self, SetSecret.self, GetSecret.self, ListSecrets.self, ShowSecret.self, ListVersions.self,
            PromoteSecret.self, RollBackSecret.self, DeleteSecret.self, UndeleteSecret.self, DestroySecret.self,
        ]
    )
}
