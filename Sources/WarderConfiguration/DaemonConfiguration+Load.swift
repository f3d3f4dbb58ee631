import Logging
package import WarderLinux
import WarderModel

extension DaemonConfiguration {
    /// The settings that hold: from the environment where it may say, else from the file, else the defaults.
    ///
    /// - Parameters:
    ///   - named: A file that was named on the command line; it must exist, and goes before `WARDER_CONFIG` and the
    ///   usual place. A relative path starts from the working directory.
    ///   - owner: Whose vault it is, where the command line says so.
    ///   - surroundings: Environment, user and places.
    /// - Returns: Complete and checked settings.
    /// - Throws: The first thing that is wrong.
    package static func load(
        file named: String? = nil,
        owner: VaultPlaces.Owner? = nil,
        in surroundings: ConfigurationSurroundings
    ) throws(ConfigurationError) -> DaemonConfiguration {
        let owner = owner ?? surroundings.defaultOwner()
        var configuration = try defaults(for: owner, in: surroundings)
        let variable = try path("WARDER_CONFIG", surroundings)
        let explicit = named.map(surroundings.absolute) ?? variable
        let file = if let explicit { explicit } else { try surroundings.places(of: owner).configuration }
        var places: [String: ConfigurationError.Place] = [:]
        if let text = try ConfigurationFile.read(file, owner: surroundings.uid) {
            configuration.file = file
            places = try ConfigurationParser(file: file, surroundings: surroundings).apply(text, to: &configuration)
        } else if explicit != nil {
            throw ConfigurationError(
                place: .file(file),
                problem: "does not exist",
                remedy: named == nil
                    ? "create it, or unset WARDER_CONFIG to use the defaults"
                    : "create it, or leave it out to use the defaults"
            )
        }
        try applyEnvironment(to: &configuration, surroundings, &places)
        if places["limits.burst"] == nil {
            configuration.limits.burst = 2 * configuration.limits.requestsPerSecondPerUID
        }
        if places["worker_socket"] == nil {
            // Two vaults on one machine have sockets of their own, and need not name this one too.
            configuration.workerSocket = sibling(of: configuration.operatorSocket, "worker.sock")
        }
        try configuration.checkTogether(places, file: file)
        return configuration
    }

    private static func sibling(of path: String, _ name: String) -> String {
        (path.lastIndex(of: "/").map { path[...$0] } ?? "") + name
    }

    private static func applyEnvironment(
        to configuration: inout DaemonConfiguration,
        _ surroundings: ConfigurationSurroundings,
        _ places: inout [String: ConfigurationError.Place]
    ) throws(ConfigurationError) {
        let variables = [
            "WARDER_SOCKET": "client_socket", "WARDER_OPERATOR_SOCKET": "operator_socket",
            "WARDER_LOG_LEVEL": "log.level",
        ]
        for (variable, key) in variables.sorted(by: { $0.key < $1.key }) {
            guard let text = surroundings.variable(variable),
                let setting = ConfigurationSetting.all.first(where: { $0.key == key })
            else { continue }
            places[key] = .variable(variable)
            do throws(SettingFault) {
                try setting.store(text, &configuration, surroundings)
            } catch {
                throw ConfigurationError(place: .variable(variable), problem: error.problem, remedy: error.remedy)
            }
        }
    }

    private static func path(
        _ variable: String,
        _ surroundings: ConfigurationSurroundings
    ) throws(ConfigurationError) -> String? {
        guard let text = surroundings.variable(variable) else { return nil }
        do throws(SettingFault) {
            return try SettingKind<String>.path.parse(text, surroundings)
        } catch {
            throw ConfigurationError(place: .variable(variable), problem: error.problem, remedy: error.remedy)
        }
    }

    /// Settings that are right one by one and wrong together.
    private func checkTogether(
        _ places: [String: ConfigurationError.Place],
        file: String
    ) throws(ConfigurationError) {
        func blame(_ keys: [String], _ problem: String, _ remedy: String) -> ConfigurationError {
            let place = keys.lazy.compactMap { places[$0] }.first ?? .file(file)
            return ConfigurationError(place: place, problem: problem, remedy: remedy)
        }
        if clientSocket == operatorSocket {
            throw blame(
                ["operator_socket", "client_socket"],
                "client_socket and operator_socket are the same path",
                "give each a path of its own: servers and operators have separate routes"
            )
        }
        if workerSocket == operatorSocket || workerSocket == clientSocket {
            throw blame(
                ["worker_socket", "operator_socket", "client_socket"],
                "worker_socket is the path of another socket",
                "give each a path of its own: the worker is handed values that nobody else may see"
            )
        }
        if limits.secretBodyBytes < limits.bodyBytes {
            throw blame(
                ["limits.secret_body", "limits.body"],
                "limits.secret_body (\(ByteSize.text(limits.secretBodyBytes))) is less than limits.body (\(ByteSize.text(limits.bodyBytes)))",
                "raise limits.secret_body, or lower limits.body"
            )
        }
        if memory.lockedLimit < 2 * limits.secretBodyBytes {
            throw blame(
                ["memory.locked_limit", "limits.secret_body"],
                "memory.locked_limit (\(ByteSize.text(memory.lockedLimit))) has no room for two bodies of limits.secret_body (\(ByteSize.text(limits.secretBodyBytes)))",
                "raise memory.locked_limit, or lower limits.secret_body"
            )
        }
        if deadlines.request < max(deadlines.headers, deadlines.body) {
            throw blame(
                ["deadlines.request", "deadlines.headers", "deadlines.body"],
                "deadlines.request (\(TimeSpan.text(deadlines.request))) ends before deadlines.headers or deadlines.body does",
                "raise deadlines.request, or lower the others"
            )
        }
        if notices.webhook.address != nil, notices.webhook.key == nil {
            throw blame(
                ["notices.webhook"],
                "notices.webhook has no key, so that its receiver could not tell whose notices they are",
                "set notices.webhook_key to a file with one; how to make it: docs/operations/notices.md"
            )
        }
        if notices.receivers.count > 1, notices.timeout + notices.webhook.timeout > Notices.longest {
            throw blame(
                ["notices.webhook_timeout", "notices.timeout"],
                "notices.timeout and notices.webhook_timeout are together longer than \(TimeSpan.text(Notices.longest)), which is what telling a notice may take",
                "lower one of them"
            )
        }
    }
}
