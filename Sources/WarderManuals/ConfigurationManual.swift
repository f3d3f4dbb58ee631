package import WarderConfiguration

/// The page of the configuration file, made of the table that the daemon reads it by.
package enum ConfigurationManual {
    /// The whole page.
    ///
    /// - Returns: The page, for man(1).
    /// - Throws: What the configuration finds wrong with its own defaults.
    package static func text() throws(ConfigurationError) -> String {
        let reference = try ConfigurationReference()
        var page = ManualPage("warder.yaml", chapter: 5, summary: "configuration of the Warder credentials vault")
        page.section("SYNOPSIS")
        page.item(Roff.italic("/etc/warder/warder.yaml"), ["of the machine's vault"])
        page.item(Roff.italic("~/.config/warder/warder.yaml"), ["of a user's own"])
        page.section("DESCRIPTION")
        page.paragraph(
            "Every setting may be left out. Those of a section stand below its name, indented by two spaces."
        )
        page.paragraph("The daemon reads the file when it starts: `systemctl restart warderd`")
        reference.rules.forEach { page.paragraph($0) }
        page.paragraph("`warderd --check-config` says nothing when the file is right.")
        page.section("SETTINGS")
        for section in reference.sections {
            if let name = section.name {
                page.subsection("\(name):")
                page.paragraph(section.about ?? "")
            }
            for setting in section.settings {
                page.item(
                    Roff.bold(setting.name),
                    [setting.about, "It takes \(setting.accepts). Default: \(setting.defaultValue)."]
                )
            }
        }
        page.section("EXAMPLES")
        page.paragraph("A busy machine, whose log goes to a collector:")
        page.verbatim(["limits:", "  connections_per_uid: 256", "log:", "  format: json"])
        page.section("SEE ALSO")
        page.paragraph("warder(1), warderd(8), warder-worker(8)")
        return page.text
    }
}
