import HashTreeCollections
import WarderModel

/// What is wrong with how servers are recognised.
enum ServerDiagnosis {
    /// Names that one finding lists; the others it counts, so that many servers of one user stay readable.
    private static let namedServers = 5

    static func collect(_ state: VaultState) -> [Diagnosis] {
        let servers = state.servers.values.sorted { $0.name < $1.name }
        return servers.compactMap(quarantine) + servers.compactMap(weakSelectors)
            + servers.indices.compactMap { overlaps(servers[$0], servers[($0 + 1)...]) }
            + state.operators.values.flatMap { person in servers.compactMap { sharedUser($0, person) } }
    }

    private static func quarantine(_ server: Server) -> Diagnosis? {
        guard let quarantine = server.quarantine else { return nil }
        return Diagnosis(
            .note,
            "server_quarantined",
            "\(server.name) is quarantined since \(quarantine.since).",
            remedy: "warder server release \(server.name)"
        )
    }

    private static func weakSelectors(_ server: Server) -> Diagnosis? {
        guard server.selectors.uid == nil, server.selectors.unit == nil else { return nil }
        return Diagnosis(
            .warning,
            "weak_selectors",
            "\(server.name) is recognised without a uid or a unit: several users can run the same program.",
            remedy: update(server)
        )
    }

    /// Each pair is named once, by the server that comes first.
    private static func overlaps(_ server: Server, _ later: ArraySlice<Server>) -> Diagnosis? {
        let others = later.filter { $0.selectors.couldMatch(sameProcessAs: server.selectors) }
        guard let other = others.first else { return nil }
        var names = others.prefix(namedServers).map(\.name.text).joined(separator: ", ")
        if others.count > namedServers { names += " and \(others.count - namedServers) more" }
        return Diagnosis(
            .warning,
            "servers_overlap",
            "One process could be \(server.name) and also \(names): it may then use the tools of all of them, and is "
                + "refused as server_ambiguous unless it names a tool as SERVER/TOOL.",
            remedy: "Run each under a uid of its own: \(update(server)); \(update(other))"
        )
    }

    private static func sharedUser(_ server: Server, _ person: Operator) -> Diagnosis? {
        guard server.selectors.couldMatch(uid: person.uid) else { return nil }
        return Diagnosis(
            .warning,
            "shared_uid",
            "Server \(server.name) can run under the uid of operator \(person.name) (\(person.uid)): the kernel "
                + "cannot tell them apart, only the operator's passphrase does.",
            remedy: "Run the server under a uid of its own: \(update(server))"
        )
    }

    /// Another uid, and everything else as it is: the command replaces all conditions.
    private static func update(_ server: Server) -> String {
        var others = server.selectors
        others.uid = nil
        return (["warder server update \(server.name) --uid UID"] + others.options).joined(separator: " ")
    }
}

extension Selectors {
    /// As `warder server add` and `update` take them.
    fileprivate var options: [String] {
        [
            uid.map { "--uid \($0)" }, gid.map { "--gid \($0)" }, group.map { "--group \($0)" },
            unit.map { "--unit \(ShellWord.quoted($0))" }, executable.map { "--executable \(ShellWord.quoted($0))" },
            executableSHA256.map { "--executable-sha256 \($0)" }, isLaunched ? "--launch" : nil,
        ].compactMap(\.self)
    }
}
