import Foundation

/// The commands of a page in `docs/operations`, as they stand there, and what it says that they print: the lines below a
/// command with `$ ` before it.
struct Runbook {
    struct NoSuchSection: Error { let heading: String }

    private let sections: [String: [String]]
    private let printed: [String: [String]]
    private let settings: [String: [String]]
    /// Every command of the page, in order.
    let commands: [String]

    /// Reads the page of this file name.
    init(_ page: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/operations/\(page)")
        var sections: [String: [String]] = [:]
        var heading = ""
        var isCommand = false
        var printed: [String: [String]] = [:]
        var shown: String?
        var settings: [String: [String]] = [:]
        var isConfiguration = false
        var commands: [String] = []
        for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isCommand.toggle()
                isConfiguration = line == "```yaml"
                shown = nil
            } else if isCommand, isConfiguration {
                settings[heading, default: []].append(line)
            } else if isCommand, let shown, !line.hasPrefix("$ ") {
                printed[shown, default: []].append(line)
            } else if isCommand {
                // What a daemon says stands in such blocks as well.
                var command = line.components(separatedBy: "  #")[0].trimmingCharacters(in: .whitespaces)
                if command.hasPrefix("$ ") {
                    command.removeFirst(2)
                    shown = command
                }
                if ["sudo ", "warder ", "shred "].contains(where: command.hasPrefix) {
                    sections[heading, default: []].append(command)
                    commands.append(command)
                }
            } else if line.hasPrefix("#") {
                heading = line.trimmingCharacters(in: ["#", " "])
            }
        }
        self.sections = sections
        self.printed = printed
        self.settings = settings
        self.commands = commands
    }

    /// What a section has the configuration say.
    func configuration(_ heading: String) throws -> String {
        guard let lines = settings[heading] else { throw NoSuchSection(heading: heading) }
        return lines.joined(separator: "\n")
    }

    /// What of a page's lines below a command a text does not have, in their order: `…` stands for what is left out, on
    /// a line of its own or at the end of one. Empty where the text has them all.
    func missing(below command: String, in text: String) throws -> [String] {
        guard let lines = printed[command], !lines.isEmpty else { throw NoSuchSection(heading: command) }
        var rest = text.components(separatedBy: "\n")[...]
        return lines.filter { line in
            guard line != "…" else { return false }
            let found = rest.firstIndex { line.hasSuffix("…") ? $0.hasPrefix(line.dropLast()) : $0 == line }
            if let found { rest = rest[(found + 1)...] }
            return found == nil
        }
    }

    /// In order; never empty.
    func commands(_ heading: String) throws -> [String] {
        guard let commands = sections[heading] else { throw NoSuchSection(heading: heading) }
        return commands
    }
}
