import Foundation
import NIOHTTP1

/// What it costs a token request that a vault is governed: the same load in turns on two vaults, of which one has
/// neither limits nor alerts, rules of approval or any other server.
///
/// The request issues a token, uses it and consumes it, and nobody is asked about it: whatever is configured is looked
/// at, and lets it through.
struct GovernanceRun {
    static let connections = [1, 16]
    /// Names of the measurements.
    static let bare = "token_bare"
    static let governed = "token_governed"

    let programs: Programs
    let scratch: Scratch
    let rounds: Int
    let seconds: Double
    let eventLoops: Int

    func run() async throws -> (samples: Samples, figures: GovernanceFigures) {
        let bare = try makeVault("bare")
        let governed = try makeVault("governed")
        for vault in [bare, governed] { try await vault.start() }
        defer {
            bare.stop()
            governed.stop()
            Progress.end()
        }
        let governance = Governance(vault: governed)
        try await Registration(vault: bare).perform { client in
            try await Governance.setAlertRules(on: false, with: client)
        }
        try await Registration(vault: governed).perform { client in try await governance.prepare(client) }
        try await governance.govern(Registration.server)

        var samples = Samples()
        for round in 1...rounds {
            for connections in Self.connections {
                Progress.show("round \(round) of \(rounds), bare and governed, \(connections) connections")
                // Which comes first changes with every round.
                let turns = [(Self.bare, bare), (Self.governed, governed)]
                for (name, vault) in round.isMultiple(of: 2) ? turns.reversed() : turns {
                    samples.add(try measure(vault, connections), name: name, connections: connections)
                }
            }
        }
        let figures = try await governance.figures()
        guard figures.isComplete else { throw Failure("the governed vault has lost what it was given: \(figures)") }
        return (samples, figures)
    }

    private func makeVault(_ name: String) throws -> VaultProcess {
        try VaultProcess(name, programs: programs, scratch: scratch, eventLoops: eventLoops)
    }

    private func measure(_ vault: VaultProcess, _ connections: Int) throws -> Sample {
        let figures = try LoadGenerator(programs: programs, scratch: scratch).run(
            .resolveInOne,
            socket: vault.clientSocket,
            server: vault.id,
            connections: connections,
            seconds: seconds
        )
        return Sample(figures)
    }
}
