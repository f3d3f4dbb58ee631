import Foundation
import Glibc

/// The example's service with its one key in a file, and the example's hook for it.
final class NotesService {
    /// What to start it with: a secret's value.
    static let firstKey = "first-key"

    let url: String
    private let folder: String
    private let process = Process()

    /// Lines of the section `worker`, indented by two spaces.
    var configuration: String {
        let environment = "{NOTES_TOKEN_FILE: \(tokenFile), NOTES_URL: '\(url)'}"
        return "  hooks:\n    notes-key: {program: \(folder)/hook, environment: \(environment)}"
    }

    private var tokenFile: String { folder + "/key" }

    init(in directory: String) throws {
        folder = directory + "/notes"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Data((Self.firstKey + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/key"))
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let hook = try Data(contentsOf: root.appending(path: "Examples/rotation-hook/notes-key"))
        try hook.write(to: URL(fileURLWithPath: folder + "/hook"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/hook")

        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Programs.path("example-notes-upstream"))
        process.arguments = ["0", folder + "/key"]
        process.standardOutput = output
        try process.run()
        url = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .newlines)
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
