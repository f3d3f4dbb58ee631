/// One setting: its name, what it means, which texts it takes, and where its value goes.
///
/// The table of them (`ConfigurationSetting.all`) drives the parser and the example file alike, so that neither can
/// know a setting that the other does not.
struct ConfigurationSetting: Sendable {
    /// With its section: `limits.body`.
    let key: String
    /// For people, in whole sentences.
    let about: String
    /// For people, where the default is not one fixed value: `warder, where there is such a group`.
    let defaultRule: String?
    /// A value for the example file, where the default is none.
    let sample: String?
    let accepts: String
    let isNumber: Bool
    let store: @Sendable (String, inout DaemonConfiguration, ConfigurationSurroundings) throws(SettingFault) -> Void
    /// The value as it would stand in a file.
    let text: @Sendable (DaemonConfiguration) -> String?

    init<Value: Sendable>(
        _ key: String,
        _ path: any WritableKeyPath<DaemonConfiguration, Value> & Sendable,
        _ kind: SettingKind<Value>,
        _ about: String,
        defaultRule: String? = nil,
        sample: String? = nil
    ) {
        self.key = key
        self.about = about
        self.defaultRule = defaultRule
        self.sample = sample
        accepts = kind.accepts
        isNumber = kind.isNumber
        store = { text, configuration, surroundings throws(SettingFault) in
            configuration[keyPath: path] = try kind.parse(text, surroundings)
        }
        text = { kind.text($0[keyPath: path]) }
    }

    /// `limits` of `limits.body`; `nil` for a setting that stands by itself.
    var section: Substring? { key.firstIndex(of: ".").map { key[..<$0] } }
    /// `body` of `limits.body`.
    var name: Substring { key.firstIndex(of: ".").map { key[key.index(after: $0)...] } ?? key[...] }
}
