import ArgumentParser
import WarderModel
import WarderWire

/// How the kernel recognises a server: the options that registering and updating one have in common.
struct ServerConditions: ParsableArguments {
    @Option(help: ArgumentHelp("User it runs as, by name or number.", valueName: "user"))
    var uid: String?

    @Option(help: ArgumentHelp("Primary group, by name or number.", valueName: "group"))
    var gid: String?

    @Option(help: ArgumentHelp("Supplementary group, by name or number.", valueName: "group"))
    var group: String?

    @Option(help: ArgumentHelp("systemd unit, such as mcp-github.service.", valueName: "unit"))
    var unit: String?

    @Option(help: ArgumentHelp("Absolute path of the executable.", valueName: "path"), completion: .file())
    var executable: String?

    @Option(
        name: .customLong("executable-sha256"),
        help: ArgumentHelp("SHA-256 of the executable: what sha256sum prints.", valueName: "hex"),
        transform: DigestText.parse
    )
    var executableSHA256: String?

    @Flag(
        help: "It is started by `warder run`: the conditions are on that, and without any it has to be your own user."
    )
    var launch = false

    func validate() throws {
        guard launch || [uid, gid, group, unit, executable, executableSHA256].contains(where: { $0 != nil }) else {
            throw ValidationError(
                "say how the kernel recognises it: --uid, --gid, --group, --unit, --executable or --executable-sha256"
            )
        }
        if let executable, !executable.hasPrefix("/") {
            throw ValidationError("--executable needs an absolute path")
        }
    }

    /// - Throws: `.usage` for a user or a group that this machine does not have.
    func selectors() throws(CommandFailure) -> SelectorFields {
        SelectorFields(
            uid: try uid.map { text throws(CommandFailure) in try Accounts.uid(text) } ?? uidOfLauncher,
            gid: try gid.map { text throws(CommandFailure) in try Accounts.gid(text) },
            group: try group.map { text throws(CommandFailure) in try Accounts.gid(text) },
            unit: unit,
            executable: executable,
            executableSHA256: executableSHA256,
            launch: launch ? true : nil
        )
    }

    /// Servers of a client are started by whoever uses the client.
    private var uidOfLauncher: UInt32? {
        launch && [gid, group, unit].allSatisfy { $0 == nil } ? Accounts.ownUID : nil
    }
}

extension Session {
    /// Says that a server under the caller's own user is no boundary.
    func warnOfSharedUser(_ name: ServerName, _ selectors: SelectorFields) {
        if selectors.uid == Accounts.ownUID {
            console.message(
                "this server runs under your own user: every program of yours can claim to be it",
                hints: ["A user of its own is a boundary: sudo useradd --system mcp-\(name.text)"]
            )
        }
    }
}

/// SHA-256 in hexadecimal digits.
enum DigestText {
    /// Lower case, 64 digits.
    static func parse(_ text: String) throws -> String {
        let digits = text.lowercased()
        guard digits.utf8.count == 64,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw InputError("a SHA-256 has 64 hexadecimal digits") }
        return digits
    }
}

extension SelectorFields {
    /// `uid=1001 unit=mcp-github.service`.
    var text: String {
        var parts: [String] = []
        if let uid { parts.append("uid=\(uid)") }
        if let gid { parts.append("gid=\(gid)") }
        if let group { parts.append("group=\(group)") }
        if let unit { parts.append("unit=\(unit)") }
        if let executable { parts.append("executable=\(executable)") }
        if let executableSHA256 { parts.append("sha256=\(executableSHA256.prefix(12))…") }
        let conditions = parts.joined(separator: " ")
        return launch == true ? "launch by \(conditions)" : conditions
    }
}
