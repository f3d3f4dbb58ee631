import Foundation

/// The commands of a page in `docs/operations`, as they stand there.
struct Runbook {
    struct NoSuchSection: Error { let heading: String }

    private let sections: [String: [String]]

    /// Reads the page of this file name.
    init(_ page: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/operations/\(page)")
        var sections: [String: [String]] = [:]
        var heading = ""
        var isCommand = false
        for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isCommand.toggle()
            } else if isCommand {
                // What a daemon says stands in such blocks as well.
                let command = line.components(separatedBy: "  #")[0].trimmingCharacters(in: .whitespaces)
                if ["sudo ", "warder ", "shred "].contains(where: command.hasPrefix) {
                    sections[heading, default: []].append(command)
                }
            } else if line.hasPrefix("#") {
                heading = line.trimmingCharacters(in: ["#", " "])
            }
        }
        self.sections = sections
    }

    /// In order; never empty.
    func commands(_ heading: String) throws -> [String] {
        guard let commands = sections[heading] else { throw NoSuchSection(heading: heading) }
        return commands
    }
}
