import WarderModel
import Yams

extension ConfigurationParser {
    /// Applies a group: names that the operator chose, each with settings below it.
    func apply(
        _ group: EntryGroup,
        _ value: Node,
        to configuration: inout DaemonConfiguration
    ) throws(ConfigurationError) {
        if isNothing(value) { return }
        guard let entries = value.mapping else {
            throw error(
                value,
                "\(group.key) has entries, not a value",
                "write a name of your choice below it, indented, and its settings below that: \(group.names)"
            )
        }
        var seen: Set<String> = []
        for (keyNode, settings) in entries {
            guard let name = keyNode.scalar?.string, isEntryName(name) else {
                throw error(
                    keyNode,
                    "this is no name for an entry of \(group.key)",
                    "it takes small letters, digits, and . _ - after the first, at most 63 of them"
                )
            }
            guard seen.insert(name).inserted else { throw YAMLFault.repeated(name).error(in: file, at: keyNode.mark) }
            group.insert(name, &configuration)
            try apply(group, entry: name, settings, keyNode, to: &configuration)
        }
    }

    private func apply(
        _ group: EntryGroup,
        entry: String,
        _ value: Node,
        _ entryNode: Node,
        to configuration: inout DaemonConfiguration
    ) throws(ConfigurationError) {
        guard let settings = value.mapping else {
            throw error(entryNode, "\(group.key).\(entry) has no settings", "write them below it: \(group.names)")
        }
        var places: [String: Node] = [:]
        for (keyNode, value) in settings {
            guard let name = keyNode.scalar?.string,
                let setting = group.settings.first(where: { $0.name == name })
            else {
                let meant = keyNode.scalar.flatMap { word in
                    Suggestion.nearest(to: word.string, among: group.settings.map(\.name))
                }
                throw error(
                    keyNode,
                    "there is no such setting in \(group.key)",
                    meant.map { "did you mean \($0)?" } ?? "known here: \(group.names)"
                )
            }
            guard places.updateValue(keyNode, forKey: name) == nil else {
                throw YAMLFault.repeated(name).error(in: file, at: keyNode.mark)
            }
            try apply(setting, "\(group.key).\(entry).\(name)", entry: entry, value, keyNode, to: &configuration)
        }
        if let missing = group.settings.first(where: { $0.defaultRule == nil && places[$0.name] == nil }) {
            throw error(
                entryNode,
                "\(group.key).\(entry) has no \(missing.name)",
                "add it: `\(missing.name): …` (it takes \(missing.accepts))"
            )
        }
        if let (setting, fault) = group.fault(entry, configuration) {
            throw error(
                places[setting] ?? entryNode,
                "\(group.key).\(entry).\(setting) \(fault.problem)",
                fault.remedy
            )
        }
    }

    private func apply(
        _ setting: EntrySetting,
        _ key: String,
        entry: String,
        _ value: Node,
        _ keyNode: Node,
        to configuration: inout DaemonConfiguration
    ) throws(ConfigurationError) {
        switch setting.store {
        case .value(let store):
            let text = try scalar(value, keyNode, key, accepts: setting.accepts, isNumber: setting.isNumber)
            do throws(SettingFault) { try store(text, entry, &configuration, surroundings) } catch {
                throw self.error(value, "\(key) \(error.problem)", error.remedy)
            }
        case .texts(let store):
            let texts = try texts(value, keyNode, key, accepts: setting.accepts)
            do throws(SettingFault) { try store(texts, entry, &configuration) } catch {
                throw self.error(keyNode, "\(key) \(error.problem)", error.remedy)
            }
        }
    }

    /// Names with values, one level deep.
    private func texts(
        _ node: Node,
        _ key: Node,
        _ name: String,
        accepts: String
    ) throws(ConfigurationError) -> [String: String] {
        guard let mapping = node.mapping else {
            throw error(key, "\(name) takes names with values", "it takes \(accepts)")
        }
        var texts: [String: String] = [:]
        for (keyNode, value) in mapping {
            guard let variable = keyNode.scalar?.string else {
                throw error(keyNode, "a name is expected here", "it takes \(accepts)")
            }
            let text = try scalar(value, keyNode, "\(name).\(variable)", accepts: accepts, isNumber: false)
            guard texts.updateValue(text, forKey: variable) == nil else {
                throw YAMLFault.repeated(variable).error(in: file, at: keyNode.mark)
            }
        }
        return texts
    }

    private func isEntryName(_ text: String) -> Bool {
        // The alphabet of everything else that operators name.
        (try? ServerName(text)) != nil
    }
}

extension EntryGroup {
    /// Of its settings, for people.
    var names: String { settings.map(\.name).joined(separator: ", ") }
}
