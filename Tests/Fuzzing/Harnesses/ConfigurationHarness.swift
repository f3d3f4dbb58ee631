import WarderLinux

@testable import WarderConfiguration

extension Harness {
    /// The text of a configuration file, and what is said of its faults.
    static let configuration = Harness("configuration") { input in
        guard let text = String(exactly: input) else { return }
        var configuration = try defaults.get()
        do throws(ConfigurationError) {
            _ = try parser.apply(text, to: &configuration)
        } catch {
            let lines = error.description.split(separator: "\n", omittingEmptySubsequences: false)
            try hold(lines.count == 2, "a fault is told in two lines")
            try hold(lines.joined() == Quotation.plain(lines.joined()), "a fault draws nothing on a terminal")
            try hold(error.description.utf8.count < 4096, "a fault is short")
            return
        }
        for setting in ConfigurationSetting.all {
            guard let value = setting.text(configuration) else { continue }
            var copy = configuration
            do throws(SettingFault) { try setting.store(value, &copy, surroundings) } catch {
                throw Broken(property: "\(setting.key): a value that was taken is taken as it is written")
            }
            try hold(setting.text(copy) == value, "\(setting.key): a value is read as it was written")
        }
    }

    private static let parser = ConfigurationParser(file: "/etc/warder/warder.yaml", surroundings: surroundings)

    private static let surroundings = ConfigurationSurroundings(
        environment: [:],
        uid: 0,
        roots: .real,
        groupID: { ["warder": 990, "wheel": 10][$0] }
    )

    private static let defaults = Result { try DaemonConfiguration.defaults(for: .system, in: surroundings) }
}
