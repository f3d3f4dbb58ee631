/// The commented example file, made of the table of settings: `deploy/warder.yaml.example` is its text.
enum ExampleFile {
    private static let width = 100

    private static let heading = """
        Configuration of warderd, the daemon of the Warder credentials vault.

        Every setting may be left out; the values below are the defaults of the machine's vault. Take the # away from a \
        line to change it, and keep its indentation. The daemon reads the file when it starts: systemctl restart warderd
        """

    static let rules = """
        There are no secret settings: nothing that opens the vault or is kept in it ever stands here, and error messages \
        may quote what does. The file must belong to root or to the daemon's user, and nobody else may write to it \
        (mode 0644 or less). An unknown name, a wrong value or a name that stands twice keeps the daemon from starting, \
        with the line and what to do.

        Sizes have a unit (64KiB, 2MiB, 1GiB), times as well (5s, 1m, 1m30s).
        """

    /// The whole file.
    ///
    /// - Parameter defaults: What the values are taken from: the defaults of the machine's vault.
    /// - Returns: Text that, as it is, changes nothing.
    static func text(defaults: DaemonConfiguration) -> String {
        var lines = comment(heading + "\n\n" + rules, indent: "")
        for setting in ConfigurationSetting.all where setting.section == nil {
            lines += [""] + self.lines(for: setting, defaults, indent: "")
        }
        for section in ConfigurationSetting.sections {
            lines += [""] + comment(section.about, indent: "") + ["\(section.name):"]
            let settings = ConfigurationSetting.all.filter { $0.section == section.name[...] }
            for (index, setting) in settings.enumerated() {
                lines += (index == 0 ? [] : [""]) + self.lines(for: setting, defaults, indent: "  ")
            }
            for group in EntryGroup.all where group.section == section.name { lines += [""] + self.lines(for: group) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(
        for setting: ConfigurationSetting,
        _ defaults: DaemonConfiguration,
        indent: String
    ) -> [String] {
        let value = setting.text(defaults) ?? setting.sample ?? ""
        let rule = setting.defaultRule ?? value
        return comment(setting.about, indent: indent)
            + comment("It takes \(setting.accepts). Default: \(rule).", indent: indent)
            + ["\(indent)#\(setting.name): \(value)"]
    }

    /// A group with one entry as an example.
    private static func lines(for group: EntryGroup) -> [String] {
        var lines = comment(group.about, indent: "  ") + ["  #\(group.name):", "    #\(group.sample):"]
        for setting in group.settings {
            let rule = setting.defaultRule.map { "Default: \($0)." } ?? "It must be there."
            lines += comment(setting.about, indent: "      ")
            lines += comment("It takes \(setting.accepts). \(rule)", indent: "      ")
            lines.append("      #\(setting.name): \(setting.sample)")
        }
        return lines
    }

    /// Paragraphs, broken at spaces.
    private static func comment(_ text: String, indent: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            var lines: [String] = []
            var line = "\(indent)#"
            for word in paragraph.split(separator: " ") {
                if line.count + 1 + word.count > width {
                    lines.append(line)
                    line = "\(indent)#"
                }
                line += " \(word)"
            }
            return lines + [line]
        }
    }
}
