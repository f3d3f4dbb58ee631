import Foundation
import Glibc
import Testing

/// A user with a home directory, a vault, and configurations of MCP clients.
final class ImportingUser {
    let vault: VaultProcess
    let home: String
    /// Where imports are remembered.
    var state: String { home + "/.local/state" }

    init() throws {
        vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        home = vault.directory + "/home"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
    }

    func path(_ configuration: ClientConfiguration) -> String { home + "/" + configuration.path }

    /// Writes a configuration as its client would.
    @discardableResult
    func put(_ configuration: ClientConfiguration, mode: mode_t = 0o600) throws -> String {
        let path = path(configuration)
        try put(Data(configuration.text.utf8), path)
        try #require(unsafe chmod(path, mode) == 0)
        return path
    }

    func put(_ content: Data, _ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try content.write(to: URL(fileURLWithPath: path))
    }

    func content(_ configuration: ClientConfiguration) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path(configuration)))
    }

    /// Runs the command on a terminal; presence is proved where the vault asks for it.
    func warder(
        _ arguments: [String],
        answers: [(String, String)] = [],
        socket: String? = nil
    ) throws -> TerminalSession.Result {
        var session = TerminalSession(socket: socket ?? vault.operatorSocket)
        session.environment = ["HOME": home, "XDG_STATE_HOME": state]
        return try session.run(arguments, answers: answers)
    }

    func imported(_ paths: [String], _ more: [String] = []) throws -> TerminalSession.Result {
        try warder(["mcp", "import"] + paths + more, answers: [("Type import to go on:", "import")])
    }

    func undone(_ paths: [String]) throws -> TerminalSession.Result {
        try warder(["mcp", "undo"] + paths, answers: [("Type undo to go on:", "undo")])
    }

    /// Files below the home directory, hidden ones and what was remembered included, in which a text stands.
    func files(with text: String) throws -> [String] {
        let names = try #require(FileManager.default.enumerator(atPath: home)).compactMap { $0 as? String }
        return try names.filter { name in
            var isDirectory: ObjCBool = false
            let path = home + "/" + name
            guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue
            else {
                return false
            }
            return try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(text.utf8)) != nil
        }.sorted()
    }

    /// Names of secrets in the vault, with the numbers of their current versions.
    func secrets() throws -> [String: Int] {
        let listed = try vault.ask("GET", "/v1/secrets", expecting: 200).json["secrets"] as? [[String: Any]] ?? []
        return listed.reduce(into: [:]) { $0[$1["name"] as? String ?? ""] = $1["current"] as? Int }
    }

    func servers() throws -> [String] {
        let listed = try vault.ask("GET", "/v1/servers", expecting: 200).json["servers"] as? [[String: Any]] ?? []
        return listed.compactMap { $0["name"] as? String }.sorted()
    }
}
