import WarderLinux

/// What the configuration file can hold, for the manual page: the same table that the parser reads by.
package struct ConfigurationReference: Sendable {
    /// One setting, in words.
    package struct Setting: Sendable {
        /// Without its section.
        package let name: String
        package let about: String
        /// Which values it takes: `1 to 64`.
        package let accepts: String
        /// A value, or the rule by which there is one.
        package let defaultValue: String
    }

    /// Settings that stand together; the first section has no name, because its settings stand by themselves.
    package struct Section: Sendable {
        package let name: String?
        package let about: String?
        package let settings: [Setting]
    }

    /// Paragraphs about what the file as a whole must be like.
    package let rules: [String]
    /// In the order of the file.
    package let sections: [Section]

    /// The reference, with the defaults of the machine's vault.
    /// - Throws: What `DaemonConfiguration` finds wrong with its own defaults.
    package init() throws(ConfigurationError) {
        // Of no particular machine, so that the page is the same wherever it is made.
        let surroundings = ConfigurationSurroundings(environment: [:], uid: 0, groupID: { _ in nil })
        let defaults = try DaemonConfiguration.defaults(for: .system, in: surroundings)
        let settings = { (section: String?) in
            ConfigurationSetting.all.filter { $0.section.map(String.init) == section }.map { setting in
                Setting(
                    name: String(setting.name),
                    about: setting.about,
                    accepts: setting.accepts,
                    defaultValue: setting.defaultRule ?? setting.text(defaults) ?? "none"
                )
            }
        }
        rules = ExampleFile.rules.split(separator: "\n").map(String.init)
        sections =
            [Section(name: nil, about: nil, settings: settings(nil))]
            + ConfigurationSetting.sections.map {
                Section(name: $0.name, about: $0.about, settings: settings($0.name) + Self.entries(in: $0.name))
            }
    }

    /// Settings of the groups in a section: `hooks.NAME.program`.
    private static func entries(in section: String) -> [Setting] {
        EntryGroup.all.filter { $0.section == section }.flatMap { group in
            group.settings.map { setting in
                Setting(
                    name: "\(group.name).NAME.\(setting.name)",
                    about: setting.about,
                    accepts: setting.accepts,
                    defaultValue: setting.defaultRule ?? "none; it must be there"
                )
            }
        }
    }
}
