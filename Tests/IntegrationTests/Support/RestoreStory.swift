import Foundation
import Glibc
import Testing

/// What the tests of backups have in common: a vault to copy, and the commands.
enum RestoreStory {
    /// What a server of the furnished vault asks for.
    static let call = #"{"tool":"github/list","secret":"github/pat"}"#

    /// Runs `warder` about a vault.
    static func warder(_ arguments: [String], _ vault: VaultProcess, input: String = "") throws -> ProgramResult {
        try Program.run(
            Programs.path("warder"),
            arguments,
            input: input,
            environment: ["PATH": "/usr/bin:/bin", "WARDER_OPERATOR_SOCKET": vault.operatorSocket]
        )
    }

    /// A vault with one secret that a server of this user gets, and a backup of it.
    static func source() throws -> (VaultProcess, backup: String) {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        let path = vault.directory + "/warder.backup"
        let made = try warder(["backup", "create", path], vault)
        try #require(made.status == 0, "\(made.errors)")
        return (vault, path)
    }

    /// Brings two shares one after the other, the second to the attempt that the first began.
    ///
    /// - Returns: what the terminal showed at the second.
    static func bring(_ shares: [String], _ command: [String], _ person: TerminalSession) throws -> String {
        let first = try person.run(command, answers: [("Your share:", shares[0])])
        let name = try #require(
            try Regex(#"the attempt is called (\S+)"#).firstMatch(in: first.screen),
            "\(first.screen)"
        )
        let attempt = String(try #require(name.output[1].substring))
        let second = try person.run(command + ["--attempt", attempt], answers: [("Your share:", shares[1])])
        #expect(second.status == 0, "\(second.screen)")
        return second.screen
    }

    static func verify(_ backup: String, _ vault: VaultProcess, _ more: [String] = []) throws -> ProgramResult {
        try warder(
            ["backup", "verify", backup, "--stdin"] + more,
            vault,
            input: VaultProcess.passphrase + "\n"
        )
    }

    static func restore(
        _ backup: String,
        _ target: VaultProcess,
        _ more: [String] = [],
        passphrase: String = VaultProcess.passphrase
    ) throws -> ProgramResult {
        try warder(
            ["backup", "restore", backup, "--state", target.stateDirectory, "--stdin"] + more,
            target,
            input: passphrase + "\n"
        )
    }

    /// `warderd restore` itself, with what opens the backup on its way already.
    static func begin(
        program: String = Programs.path("warderd"),
        _ backup: String,
        _ target: VaultProcess,
        _ more: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Process {
        try begin(
            program: program,
            mode: "restore",
            backup,
            ["--state", target.stateDirectory] + more,
            environment: environment
        )
    }

    /// A mode of `warderd` that is about a backup, with what opens it on its way already.
    static func begin(
        program: String = Programs.path("warderd"),
        mode: String,
        _ backup: String,
        _ more: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [mode, backup] + more
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let secret = Data(#"{"passphrase":"\#(VaultProcess.passphrase)"}"#.utf8)
        input.fileHandleForWriting.write(Data([0, 0, 0, UInt8(secret.count)]) + secret)
        return process
    }

    /// Names of what lies in a state directory besides the vault, and what it was before.
    static func leftovers(in directory: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { $0.hasPrefix(".") || $0.contains("before-schema") || $0.hasSuffix(".restored") }
    }

    /// Whether a killed restore left a vault; if so it must be in quarantine.
    static func leftQuarantine(
        _ target: VaultProcess,
        _ comment: String,
        start: () throws -> Void
    ) throws -> Bool {
        guard FileManager.default.fileExists(atPath: target.database) else { return false }
        try start()
        try target.unseal()
        let answer = try target.client().request("POST", "/v1/resolve", body: call)
        try #require(answer.errorCode == "restored_vault", "\(comment): \(answer.body)")
        try #require(try leftovers(in: target.stateDirectory).isEmpty, "\(comment)")
        #expect(target.stop() == 0)
        return true
    }

    /// Flips a bit of a stored value in the file of a vault that is not running; `age` counts from the newest, 0.
    static func harmValue(_ age: Int, in database: String) throws {
        try harm("version_values", by: "rowid", age, in: database)
    }

    /// The same of what an event says.
    static func harmEvent(_ age: Int, in database: String) throws {
        try harm("log_payloads", by: "seq", age, in: database)
    }

    /// Writes garbage over the roots of the log's tables, in the file of a vault that is not running.
    static func harmLog(in database: String) throws {
        let harm = """
            import os, sqlite3, sys
            db = sqlite3.connect("file:%s?immutable=1" % sys.argv[1], uri=True)
            query = "SELECT rootpage FROM sqlite_master WHERE name IN ('log_leaves', 'log_payloads')"
            roots = [row[0] for row in db.execute(query)]
            db.close()
            file = bytearray(open(sys.argv[1], "rb").read())
            for root in roots: file[(root - 1) * 4096:root * 4096] = os.urandom(4096)
            open(sys.argv[1], "r+b").write(file)
            """
        let harmed = try Program.python(harm, [database])
        try #require(harmed.status == 0, "\(harmed.errors)")
    }

    /// Runs a statement on the database of a vault that is not running; its triggers are put back afterwards.
    static func alter(_ sql: String, in database: String) throws {
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1], isolation_level=None)
            triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers: db.execute(f"DROP TRIGGER {name}")
            if db.execute(sys.argv[2]).rowcount < 1: sys.exit("nothing was changed")
            for _, text in triggers: db.execute(text)
            db.close()
            """
        let done = try Program.python(script, [database, sql])
        try #require(done.status == 0, "\(done.errors)")
    }

    private static func harm(_ table: String, by key: String, _ age: Int, in database: String) throws {
        let harm = """
            import sqlite3, sys
            db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
            query = f"SELECT sealed FROM {sys.argv[3]} ORDER BY {sys.argv[4]} DESC LIMIT 1 OFFSET ?"
            sealed, = db.execute(query, (int(sys.argv[2]),)).fetchone()
            db.close()
            file = open(sys.argv[1], "rb").read()
            if file.count(sealed) != 1: sys.exit("it is not in one piece")
            open(sys.argv[1], "r+b").write(file.replace(sealed, sealed[:-1] + bytes([sealed[-1] ^ 1])))
            """
        let harmed = try Program.python(harm, [database, String(age), table, key])
        try #require(harmed.status == 0, "\(harmed.errors)")
    }
}
