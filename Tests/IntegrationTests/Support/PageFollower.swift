import Foundation
import Glibc
import Testing

/// Does what a page says, command by command, as the person at the terminal; services and directories are a test's own.
struct PageFollower {
    let vault: VaultProcess
    /// What stands in the page, and what it is here.
    var places: [(String, String)]
    /// What is typed, by the question or a part of it.
    var answers: [(question: String, answer: String)] = []
    /// Proves the operator's presence.
    var presence = VaultProcess.passphrase
    /// Another user than this one.
    var uid: UInt32?

    /// Runs one command.
    ///
    /// `asked`: parts of the questions that come, in their order.
    /// - Returns: what the terminal showed.
    @discardableResult
    func follow(_ command: String, _ asked: [String] = [], status: Int32 = 0) throws -> String {
        let here = places.reduce(command) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
            .replacingOccurrences(of: "-o warder -g warder ", with: "")
            .replacingOccurrences(of: "sudo -u warder ", with: "")
            .replacingOccurrences(of: "sudo ", with: "")
        // Which belongs to the daemon's user, and lets nobody else in.
        if command.contains("warder backup "), command.contains("/var/backups/warder") {
            #expect(command.hasPrefix("sudo -u warder "), "\(command)")
        }
        let words = here.components(separatedBy: " ")
        switch (words[0], words.dropFirst().first) {
        case ("systemctl", "stop"):
            // One that has only just begun may still end by the signal itself.
            if vault.process.isRunning { #expect([0, SIGTERM].contains(vault.stop()), "\(command)") }
            return ""
        case ("systemctl", "start"):
            try vault.start()
            return ""
        case ("warder", _):
            let typed = try asked.map { question in
                (question, try #require(answers.first { $0.question == question }).answer)
            }
            // A restore that is told a state directory reads no configuration, and so comes after no checkpoint outside.
            #expect(!words.contains("--state"), "\(command)")
            // Stands in for the user to whom the machine's state directory belongs, and whose configuration counts.
            let session = TerminalSession(
                socket: vault.operatorSocket,
                presence: presence,
                uid: uid,
                environment: ["WARDER_CONFIG": vault.configuration]
            )
            let result = try session.run(Array(words.dropFirst()), answers: typed)
            #expect(result.status == status, "\(here): \(result.screen)")
            return result.screen
        default:
            let result = try Program.run("/bin/sh", ["-ec", here], environment: ["PATH": "/usr/bin:/bin"])
            #expect(result.status == status, "\(here): \(result.errors)")
            return result.output
        }
    }
}
