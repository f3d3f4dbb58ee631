import Yams

/// Turns the text of a configuration file into settings, and stops at the first thing that is not one.
struct ConfigurationParser {
    /// As it is shown in errors.
    let file: String
    let surroundings: ConfigurationSurroundings

    /// Applies what `text` says to `configuration`.
    ///
    /// - Returns: Where each setting that the file names stands.
    func apply(
        _ text: String,
        to configuration: inout DaemonConfiguration
    ) throws(ConfigurationError) -> [String: ConfigurationError.Place] {
        var places: [String: ConfigurationError.Place] = [:]
        // A file of comments alone says nothing, which is fine.
        guard let root = try compose(text), !isNothing(root) else { return places }
        guard let settings = root.mapping else {
            throw error(root, "a list of settings is expected here, each on a line as `name: value`", Self.compare)
        }
        try apply(settings, section: nil, to: &configuration, &places)
        return places
    }

    private static let compare = "compare the file with warder.yaml.example"

    private func compose(_ text: String) throws(ConfigurationError) -> Node? {
        do {
            // The encoding is said, because the library would ask an environment variable for it.
            return try Yams.compose(yaml: text, .default, .default, .utf8)
        } catch {
            throw YAMLFault(error, text: text).error(in: file)
        }
    }

    private func apply(
        _ settings: Node.Mapping,
        section: String?,
        to configuration: inout DaemonConfiguration,
        _ places: inout [String: ConfigurationError.Place]
    ) throws(ConfigurationError) {
        var seen: Set<String> = []
        for (keyNode, value) in settings {
            guard let name = keyNode.scalar?.string else {
                throw error(keyNode, "the name of a setting is expected here", Self.compare)
            }
            let key = section.map { "\($0).\(name)" } ?? name
            guard seen.insert(name).inserted else { throw YAMLFault.repeated(name).error(in: file, at: keyNode.mark) }
            if let setting = Self.setting(name, in: section) {
                places[key] = place(keyNode)
                try apply(setting, value, keyNode, to: &configuration)
            } else if let group = EntryGroup.named(name, in: section) {
                try apply(group, value, to: &configuration)
            } else if section == nil, ConfigurationSetting.sections.contains(where: { $0.name == name }) {
                // A section with all its lines commented out.
                if isNothing(value) { continue }
                guard let inner = value.mapping else {
                    throw error(
                        value,
                        "\(name) is a section, not a setting",
                        "write its settings below it, indented: \(Self.names(in: name).joined(separator: ", "))"
                    )
                }
                try apply(inner, section: name, to: &configuration, &places)
            } else {
                throw UnknownSetting(name: name, section: section).error(at: place(keyNode))
            }
        }
    }

    private func apply(
        _ setting: ConfigurationSetting,
        _ value: Node,
        _ key: Node,
        to configuration: inout DaemonConfiguration
    ) throws(ConfigurationError) {
        let text = try scalar(value, key, setting.key, accepts: setting.accepts, isNumber: setting.isNumber)
        do throws(SettingFault) {
            try setting.store(text, &configuration, surroundings)
        } catch {
            throw self.error(value, "\(setting.key) \(error.problem)", error.remedy)
        }
    }

    /// The text of the one value that a setting takes.
    func scalar(
        _ value: Node,
        _ key: Node,
        _ name: String,
        accepts: String,
        isNumber: Bool
    ) throws(ConfigurationError) -> String {
        guard let scalar = value.scalar else {
            throw error(
                value,
                "\(name) takes one value, and here stands a \(value.sequence == nil ? "section" : "list")",
                "it takes \(accepts)"
            )
        }
        guard !isNothing(value) else {
            throw error(
                key,
                "\(name) has no value",
                "give it one (it takes \(accepts)), or take the line out"
            )
        }
        guard Self.harmlessTags.contains(scalar.tag.rawValue) else {
            throw error(value, "\(name) has a YAML tag, which means nothing here", "take out what begins with !")
        }
        if isNumber, scalar.style != .plain {
            throw error(value, "\(name) is a number, and here stands a text", "take the quotes away")
        }
        return scalar.string
    }

    /// None, none that says anything, and the one that quotes give.
    private static let harmlessTags: Set<String> = ["", "!", "tag:yaml.org,2002:str"]

    /// Whether a name stands there without a value.
    func isNothing(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// By its own name: `limits.body` at the top would be a second way to say the same, and a way to say it twice.
    private static func setting(_ name: String, in section: String?) -> ConfigurationSetting? {
        ConfigurationSetting.all.first { $0.name == name[...] && $0.section.map(String.init) == section }
    }

    static func names(in section: String?) -> [String] {
        ConfigurationSetting.all.filter { $0.section.map(String.init) == section }.map { String($0.name) }
            + EntryGroup.all.filter { $0.section == section }.map(\.name)
    }

    private func place(_ node: Node) -> ConfigurationError.Place {
        .file(file, line: node.mark?.line, column: node.mark?.column)
    }

    func error(_ node: Node, _ problem: String, _ remedy: String) -> ConfigurationError {
        ConfigurationError(place: place(node), problem: problem, remedy: remedy)
    }
}
