import StrictJSON
import UnixHTTP
package import WarderWire

/// Proving that a person sits here, for one command.
///
/// Where servers may run under the operator's uid, the kernel cannot tell the operator from an agent with a shell.
/// The vault then asks for the operator's passphrase, typed on the terminal of this very process. A proof works
/// once, from this process, for a minute; it is never written anywhere.
package struct Presence {
    /// The vault's word for an operator who has no passphrase yet.
    static let notSet = "presence_not_set"
    private static let attempts = 3
    private static let maximumProofBytes = 512

    private let connection: OperatorConnection
    private let prompter: any Prompter
    private let console: Console

    package init(connection: OperatorConnection, prompter: any Prompter, console: Console) {
        self.connection = connection
        self.prompter = prompter
        self.console = console
    }

    /// Asks for the passphrase and proves it; asks again after a mistake, three times at most.
    ///
    /// - Returns: the proof, which works once, and the passphrase for commands that need several.
    package func askAndProve() throws(CommandFailure) -> (proof: PresenceProof, passphrase: Passphrase) {
        for attempt in 1... {
            let passphrase = try ask()
            do throws(CommandFailure) {
                return (try prove(with: passphrase), passphrase)
            } catch {
                guard error.status == .denied, error.isWrongPassphrase, attempt < Self.attempts else { throw error }
                console.message("that is not your passphrase; try again")
            }
        }
        throw .presenceNeedsTerminal
    }

    /// Sends the passphrase and returns the proof.
    package func prove(with passphrase: Passphrase) throws(CommandFailure) -> PresenceProof {
        let request = VaultRequest("POST", "/v1/presence", body: try passphrase.body)
        let response: OperatorConnection.Response
        do throws(ConnectionFault) {
            response = try connection.exchange(request)
        } catch {
            throw CommandFailure(error, socket: connection.path)
        }
        let proof: PresenceProof = try Vault.decode(try Vault.body(of: response))
        // It goes into a header: anything but visible ASCII could end that header and begin another.
        guard (1...Self.maximumProofBytes).contains(proof.proof.utf8.count),
            proof.proof.utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
        else { throw .malformedAnswer }
        return proof
    }

    private func ask() throws(CommandFailure) -> Passphrase {
        Passphrase(
            try prompter.hidden("This needs your presence. Your passphrase:", otherwise: .presenceNeedsTerminal)
        )
    }
}

extension CommandFailure {
    /// The vault wants a person, and there is no terminal to ask one on.
    static var presenceNeedsTerminal: CommandFailure {
        CommandFailure(
            .denied,
            "this needs your presence, and there is no terminal to ask for your passphrase on",
            hints: [
                "A server may run under your user id, so the vault cannot tell you from a program of yours.",
                "Run the same command in a terminal (over ssh: ssh -t). A pipe proves nothing about who is there.",
            ]
        )
    }
}
