import WarderModel

/// A name that is no setting: says what was probably meant.
struct UnknownSetting {
    let name: String
    let section: String?

    func error(at place: ConfigurationError.Place) -> ConfigurationError {
        let scope = section.map { " in the section \($0)" } ?? ""
        return ConfigurationError(
            place: place,
            problem: "there is no setting \(Quotation.quoted(name))\(scope)",
            remedy: remedy
        )
    }

    private var remedy: String {
        if section == nil, let setting = ConfigurationSetting.all.first(where: { $0.key == name }),
            let section = setting.section
        {
            return "write \(setting.name) below the section \(section), indented: `\(section):` on one line, "
                + "`  \(setting.name): …` on the next"
        }
        if let meant = Suggestion.nearest(to: name, among: siblings) { return "did you mean \(meant)?" }
        if let elsewhere { return "did you mean \(elsewhere)?" }
        return "known here: \(siblings.joined(separator: ", "))"
    }

    private var siblings: [String] {
        ConfigurationParser.names(in: section) + (section == nil ? ConfigurationSetting.sections.map(\.name) : [])
    }

    /// A setting of this name in another place.
    private var elsewhere: String? {
        let others = ConfigurationSetting.all.filter { $0.section.map(String.init) != section }
        guard let meant = Suggestion.nearest(to: name, among: others.map { String($0.name) }) else { return nil }
        guard let setting = others.first(where: { $0.name == meant[...] }) else { return nil }
        return setting.section.map { "\(setting.name) in the section \($0)" }
            ?? "\(setting.name), which stands outside of sections"
    }
}
