import Foundation
import Testing

/// The page on verifying without Warder, run as it stands there, in a folder with an export.
struct VerificationPage {
    static let sections = [
        "Did the log's key sign the manifest?", "Is it the manifest of this file?", "Are these the log's events?",
        "Was the log rewritten since?",
    ]
    private static let environment = ["PATH": "/usr/bin:/bin"]

    private let folder: String
    /// The shell commands of each section.
    private let blocks: [String: String]

    init(folder: String) throws {
        self.folder = folder
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/operations/verify-with-openssl.md")
        var (blocks, heading, isCommand) = ([String: String](), "", false)
        for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isCommand.toggle()
            } else if isCommand {
                blocks[heading, default: ""] += line + "\n"
            } else if line.hasPrefix("## ") {
                heading = String(line.dropFirst(3))
            }
        }
        self.blocks = blocks
    }

    /// Runs the blocks of these sections in one shell that has no `warder`.
    ///
    /// `events`: how many the log has, for the last section where the one before it is not run.
    func follow(_ sections: [String], events: Int? = nil) throws -> ProgramResult {
        var commands = try sections.map { try #require(blocks[$0], "\($0)") }
        if let events { commands.insert("events=\(events)\n", at: commands.count - 1) }
        let script = "set -eu -o pipefail; cd '\(folder)'\n" + commands.joined()
        return try Program.run("/bin/bash", ["-c", script], environment: Self.environment)
    }

    /// The leaf of a line of the export, counted from 1.
    func leaf(_ line: Int) throws -> String {
        let hash = #"{ printf '\0'; sed -n "$1p" "$0" | tr -d '\n'; } | sha256sum"#
        let arguments = ["-c", hash, folder + "/export.jsonl", "\(line)"]
        return String(try Program.run("/bin/bash", arguments, environment: Self.environment).output.prefix(64))
    }
}
