import HashTreeCollections
import WarderModel

/// The rules that a request for a value has to pass, each by itself. What decides asks them one after the other and
/// stops at the first no; what explains (`Explanation`) asks them all.
extension Tokens {
    /// Whose limit a request counts for: that of the server that makes it, whatever it names, also where the server is
    /// quarantined, or the tool is none of its own, or not there. `nil` for a process that is no server.
    static func share(of name: ToolID, for peer: Peer, in state: VaultState) -> RateLedger.Key? {
        if let server = state.servers[name.server], server.selectors.recognise(peer, as: server.name) {
            return RateLedger.Key(server: server.name, risk: state.tools[name]?.risk ?? .sideEffect)
        }
        return state.servers(matching: peer).first.map { RateLedger.Key(server: $0.name, risk: .sideEffect) }
    }

    /// The server of a tool, if the process speaks for it.
    static func server(of name: ToolID, for peer: Peer, in state: VaultState) throws(Refusal) -> Server {
        guard let server = state.servers[name.server], server.selectors.recognise(peer, as: server.name) else {
            throw refusal(of: name, to: peer, in: state)
        }
        return server
    }

    /// Why a tool is not this peer's.
    private static func refusal(of name: ToolID, to peer: Peer, in state: VaultState) -> Refusal {
        if state.servers(matching: peer).isEmpty { return peer.refusalOfStranger }
        return state.servers[name.server] == nil ? .toolMissing : .toolOfAnotherServer
    }

    static func checkQuarantine(of server: Server) throws(Refusal) {
        guard server.quarantine == nil else { throw .serverQuarantined }
    }

    /// What a server needs just to run is for its launcher alone.
    static func checkLauncher(for name: ToolID, of server: Server, _ peer: Peer) throws(Refusal) {
        if name.tool == .launch, server.selectors.isLaunched, peer.launch?.part != .launcher { throw .launcherOnly }
    }

    static func tool(_ name: ToolID, in state: VaultState) throws(Refusal) -> Tool {
        guard let tool = state.tools[name] else { throw .toolMissing }
        return tool
    }

    static func grant(_ key: GrantKey, in state: VaultState) throws(Refusal) -> Grant {
        guard let grant = state.grants[key] else { throw .grantMissing }
        return grant
    }

    static func checkEnd(of grant: Grant, at now: Timestamp) throws(Refusal) {
        if let expires = grant.expires, expires <= now { throw .grantExpired }
    }

    static func checkAttestation(of peer: Peer, under grant: Grant) throws(Refusal) {
        guard peer.attestation >= grant.minimumAttestation else { throw .attestationTooWeak }
    }

    static func check(_ fields: [FieldName], areGivenBy grant: Grant) throws(Refusal) {
        guard fields.allSatisfy(grant.fields.contains) else { throw .fieldNotGranted }
    }

    /// The version that requests get.
    static func current(of secret: Secret) throws(Refusal) -> SecretVersion {
        guard let version = secret.current else { throw .versionMissing }
        return version
    }
}
