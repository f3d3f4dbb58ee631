import WarderWire

/// Waits for a vault that is away or sealed, and says so once.
struct VaultPatience {
    /// Between two looks, in milliseconds.
    private static let pauseMilliseconds = 1000

    private let session: Session
    private let vault: Vault

    init(_ session: Session, _ vault: Vault) {
        self.session = session
        self.vault = vault
    }

    /// Returns when the vault is there and open. Looks at its state alone: that is no event.
    ///
    /// - Throws: what no waiting mends.
    func wait(for failure: CommandFailure) throws(CommandFailure) {
        var said: String?
        func say(_ what: String, _ hints: [String]) {
            guard what != said else { return }
            said = what
            session.console.message("\(what); waiting for it", hints: hints)
        }
        say(failure.message, failure.hints)
        // Also where the vault says at once that it is open: what failed may fail again.
        session.context.pause(Self.pauseMilliseconds)
        while true {
            do throws(CommandFailure) {
                let status: VaultStatus = try vault.ask(VaultRequest("GET", "/v1/sys/status")).value
                guard status.state != "unsealed" else { return }
                say("the vault is sealed", ["Open it: warder unseal"])
            } catch {
                guard error.isPassing else { throw error }
            }
            session.context.pause(Self.pauseMilliseconds)
        }
    }
}
