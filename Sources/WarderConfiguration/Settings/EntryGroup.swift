/// Settings that are there once for each name that the operator chooses: `worker.hooks.NAME.program`.
///
/// Like the table of plain settings, the table of groups drives the parser, the example and the manual alike.
struct EntryGroup: Sendable {
    /// `worker`.
    let section: String
    /// `hooks`.
    let name: String
    let about: String
    /// Name of the entry in the example.
    let sample: String
    let settings: [EntrySetting]
    /// Makes an entry in which every setting has its default.
    let insert: @Sendable (String, inout DaemonConfiguration) -> Void
    /// What is wrong with an entry whose settings are right one by one.
    let fault: @Sendable (String, DaemonConfiguration) -> (setting: String, fault: SettingFault)?

    var key: String { "\(section).\(name)" }

    init<Entry: Sendable>(
        _ section: String,
        _ name: String,
        at path: any WritableKeyPath<DaemonConfiguration, [String: Entry]> & Sendable,
        makes entry: Entry,
        sample: String,
        _ about: String,
        settings: [EntrySetting],
        fault: @escaping @Sendable (Entry) -> (setting: String, fault: SettingFault)? = { _ in nil }
    ) {
        self.section = section
        self.name = name
        self.about = about
        self.sample = sample
        self.settings = settings
        insert = { $1[keyPath: path][$0] = entry }
        self.fault = { name, configuration in configuration[keyPath: path][name].flatMap(fault) }
    }

    /// The group of this name in a section.
    static func named(_ name: String, in section: String?) -> EntryGroup? {
        all.first { $0.name == name && $0.section == section }
    }
}

/// One setting of an entry.
struct EntrySetting: Sendable {
    let name: String
    let about: String
    let accepts: String
    let isNumber: Bool
    /// A value, or words; `nil` where the setting must be there.
    let defaultRule: String?
    /// As it stands in the example.
    let sample: String
    let store: Store

    /// One value, or names with values.
    enum Store: Sendable {
        case value(
            @Sendable (_ text: String, _ entry: String, inout DaemonConfiguration, ConfigurationSurroundings)
                throws(SettingFault) -> Void
        )
        case texts(
            @Sendable (_ texts: [String: String], _ entry: String, inout DaemonConfiguration)
                throws(SettingFault) -> Void
        )
    }

    init<Entry, Value: Sendable>(
        _ name: String,
        of group: any WritableKeyPath<DaemonConfiguration, [String: Entry]> & Sendable,
        _ path: any WritableKeyPath<Entry, Value> & Sendable,
        _ kind: SettingKind<Value>,
        _ about: String,
        defaultRule: String?,
        sample: String
    ) {
        self.name = name
        self.about = about
        self.defaultRule = defaultRule
        self.sample = sample
        accepts = kind.accepts
        isNumber = kind.isNumber
        store = .value { text, entry, configuration, surroundings throws(SettingFault) in
            let value = try kind.parse(text, surroundings)
            configuration[keyPath: group][entry]?[keyPath: path] = value
        }
    }

    init<Entry>(
        _ name: String,
        of group: any WritableKeyPath<DaemonConfiguration, [String: Entry]> & Sendable,
        _ path: any WritableKeyPath<Entry, [String: String]> & Sendable,
        _ about: String,
        accepts: String,
        sample: String,
        check: @escaping @Sendable (_ name: String, _ value: String) -> SettingFault?
    ) {
        self.name = name
        self.about = about
        self.accepts = accepts
        self.sample = sample
        isNumber = false
        defaultRule = "none"
        store = .texts { texts, entry, configuration throws(SettingFault) in
            for (name, value) in texts {
                if let fault = check(name, value) { throw fault }
            }
            configuration[keyPath: group][entry]?[keyPath: path] = texts
        }
    }
}
