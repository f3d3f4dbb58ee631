import Foundation
import Glibc
import Testing
import WarderCommands
import WarderStoreSQLite
import WarderTesting

/// What a kill leaves of a backup that is being made: none under its name, or a whole one; a vault as it was; and
/// nothing that the next one does not clear away.
@Suite("Backups that are killed", .serialized)
struct BackupCrashTests {
    private static let program = Programs.path("warderd-on-faulty-disk")
    /// Steps of the copy that a backup is made of.
    private static let ofBackup: [CopyStep] = [.begun, .written, .read, .handed, .gone]
    /// Of the one from before a migration.
    private static let ofMigration: [CopyStep] = [.begun, .written, .read, .named, .kept, .gone]
    /// Earlier backups, and what is none.
    private static let older = ["warder-20260101T000000Z.backup", "warder-20260102T000000Z.backup"]
    private static let foreign = ["notes", "warder-20260101T000000Z.backup.old", "warder.backup"]

    private static func folder(_ vault: VaultProcess, with names: [String] = []) throws -> String {
        let path = vault.directory + "/backups"
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        for name in names { try Data(name.utf8).write(to: URL(fileURLWithPath: path + "/" + name)) }
        return path
    }

    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// What begins with the name of a backup that is named after its time.
    private static func isBackup(_ name: String) -> Bool { name.hasPrefix("warder-") && name.hasSuffix("Z.backup") }

    private static func snapshots(of vault: VaultProcess) throws -> [String] {
        try names(in: vault.stateDirectory).filter { $0.hasPrefix(SQLiteStore.leftoverPrefix) }
    }

    /// `warder backup create`, asked again while the daemon has yet to notice that nobody wants the one before, and
    /// while the second has not passed after which that one is named; for five minutes.
    private static func create(_ arguments: [String], _ vault: VaultProcess) throws -> ProgramResult {
        let isNamedByTime = arguments.contains("--directory")
        let deadline = ContinuousClock.now + .seconds(300)
        while true {
            let made = try RestoreStory.warder(["backup", "create"] + arguments, vault)
            let mayBeTriedAgain =
                made.status == 7 || isNamedByTime && made.errors.contains("exists already")
            guard made.status != 0, mayBeTriedAgain else { return made }
            try #require(ContinuousClock.now < deadline, "refused for five minutes: \(made)")
            usleep(100_000)
        }
    }

    /// Everything can be read, and all of it fits together. Asked again while the daemon has yet to notice that nobody wants
    /// the backup any more that it is making, for five minutes.
    private static func expectWhole(_ vault: VaultProcess, _ comment: String) throws {
        let answer = try vault.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        try #require(answer.json["value"] as? String == "value-of-the-secret", "\(comment): \(answer.body)")
        let deadline = ContinuousClock.now + .seconds(300)
        var check = try vault.ask("POST", "/v1/sys/check")
        while check.body.contains("check_under_way"), ContinuousClock.now < deadline {
            usleep(100_000)
            check = try vault.ask("POST", "/v1/sys/check")
        }
        try #require(check.body.contains(#""verdict":"sound""#), "\(comment): \(check.body)")
    }

    @Test("there is no step of a copy that these tests leave out")
    func steps() { #expect(Set(Self.ofBackup + Self.ofMigration) == Set(CopyStep.allCases)) }

    // MARK: The command

    /// Runs `warder backup create` in a process of its own, which ends by SIGKILL at a step; it is a fault when it ends
    /// otherwise.
    private static func kill(at step: FileStep, _ arguments: [String], _ vault: VaultProcess) async {
        let words = ["warder", "backup", "create"] + arguments
        await #expect(processExitsWith: .signal(SIGKILL), "\(step.rawValue)") {
            [name = step.rawValue as String, words = words as [String], socket = vault.operatorSocket as String] in
            unsafe setenv("WARDER_OPERATOR_SOCKET", socket, 1)
            let last = FileStep(rawValue: name)
            let status = AtomicFile.$reached.withValue({ if $0 == last { Glibc.kill(getpid(), SIGKILL) } }) {
                WarderCommands.Program.main(arguments: words)
            }
            exit(status)
        }
    }

    @Test(
        "a command that is killed leaves no backup under its name or a whole one, and the next clears up",
        arguments: FileStep.allCases
    )
    func command(step: FileStep) async throws {
        let (vault, _) = try RestoreStory.source()
        let folder = try Self.folder(vault)
        let path = folder + "/warder.backup"
        await Self.kill(at: step, [path], vault)
        try Self.expectWhole(vault, step.rawValue)

        let isNamed = [.linked, .named, .placed].contains(step)
        let left = try Self.names(in: folder)
        let hidden = left.filter { $0.hasPrefix(".warder.backup.") }
        #expect(hidden.count == ([.named, .placed].contains(step) ? 0 : 1), "\(left)")
        #expect(left.filter { !$0.hasPrefix(".") } == (isNamed ? ["warder.backup"] : []), "\(left)")
        if let name = hidden.first {
            // Whoever takes it for a backup is told that it is none, unless all of it is there.
            let verified = try RestoreStory.verify(folder + "/" + name, vault)
            if [.begun, .written].contains(step) {
                #expect(verified.status == 10 && verified.errors.contains("backup"), "\(verified)")
            } else {
                #expect(verified.status == 0, "\(verified)")
            }
            // So young a file could be one that somebody has just begun.
            let hour = Date(timeIntervalSinceNow: -3600)
            try FileManager.default.setAttributes([.modificationDate: hour], ofItemAtPath: folder + "/" + name)
        }
        let again = try Self.create([path], vault)
        #expect(again.status == (isNamed ? 1 : 0), "\(again)")
        #expect(try Self.names(in: folder) == ["warder.backup"])
        #expect(try RestoreStory.verify(path, vault).status == 0)
    }

    @Test("a command that is killed before it took the oldest away leaves them all, and the next one takes them")
    func keeping() async throws {
        let (vault, backup) = try RestoreStory.source()
        let folder = try Self.folder(vault, with: Self.foreign)
        for name in Self.older { try FileManager.default.copyItem(atPath: backup, toPath: folder + "/" + name) }
        let arguments = ["--directory", folder, "--keep", "2"]
        await Self.kill(at: .placed, arguments, vault)
        let left = try Self.names(in: folder)
        let first = try #require(left.filter(Self.isBackup).last)
        #expect(left == (Self.older + Self.foreign + [first]).sorted())
        #expect(try RestoreStory.verify(folder + "/" + first, vault).status == 0)

        #expect(try Self.create(arguments, vault).status == 0)
        let after = try Self.names(in: folder)
        let second = try #require(after.filter(Self.isBackup).last)
        #expect(second > first && after == (Self.foreign + [first, second]).sorted())
    }

    // MARK: The daemon

    @Test(
        "a daemon that is killed while it makes one: the command says so, nothing is deleted, and all goes on",
        arguments: ofBackup
    )
    func daemon(step: CopyStep) throws {
        let vault = try VaultProcess(profile: "single-user")
        // On the real disk: what the other one keeps in memory, no backup could be made of.
        let environment = ["WARDER_TEST_VOLUME": "/nowhere", "WARDER_TEST_COPY_KILL": step.rawValue]
        try vault.start(program: Self.program, environment: environment)
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        let folder = try Self.folder(vault, with: Self.older + Self.foreign)
        let arguments = ["--directory", folder, "--keep", "1"]
        let made = try RestoreStory.warder(["backup", "create"] + arguments, vault)
        try #require(made.status != 0, "the daemon did not come to this step: \(made)")
        vault.process.waitUntilExit()
        #expect((vault.process.terminationReason, vault.process.terminationStatus) == (.uncaughtSignal, SIGKILL))
        #expect(made.errors.contains("warder: "), "\(made)")
        #expect(try Self.names(in: folder) == (Self.older + Self.foreign).sorted())
        #expect(try Self.snapshots(of: vault).count == (step == .gone ? 0 : 1))

        try vault.start()
        #expect(try Self.snapshots(of: vault).isEmpty)
        try vault.unseal()
        try Self.expectWhole(vault, step.rawValue)
        #expect(try Self.create(arguments, vault).status == 0)
        let after = try Self.names(in: folder)
        let newest = try #require(after.filter(Self.isBackup).last)
        // The older ones have the names of backups alone.
        #expect(after == (Self.older + Self.foreign + [newest]).sorted())
        #expect(try RestoreStory.verify(folder + "/" + newest, vault).status == 0)
    }

    /// That disk keeps the copy in memory, so that nothing can be said of a backup that is made there.
    @Test("a daemon that is killed at a write or sync of any file while it makes one: no backup, and all goes on")
    func writes() throws {
        let origin = try VaultProcess(profile: "single-user")
        try origin.start(program: Self.program, environment: ["WARDER_TEST_VOLUME": origin.stateDirectory])
        try origin.initialise()
        try origin.furnish(uid: geteuid())
        #expect(origin.stop() == 0)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("backup kill seed: \(seed)")
        var random = SeededNumbers(seed: seed)
        var (struck, point, finished) = (0, 0, 0)
        // By leaps, because the copy of a database is many writes; until a life was too short for the fault.
        while finished < 1, point < 2000 {
            let vault = try VaultProcess(profile: "single-user")
            try FileManager.default.copyItem(atPath: origin.stateDirectory, toPath: vault.stateDirectory)
            let comment = "point \(point), seed \(seed)"
            let path = try Self.folder(vault) + "/warder.backup"
            let fault = ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_KILL_AT": String(point)]
            let began: Void? = try? {
                try vault.start(program: Self.program, environment: fault)
                try vault.unseal()
            }()
            let made = try began.map { try RestoreStory.warder(["backup", "create", path], vault) }
            let isMade = FileManager.default.fileExists(atPath: path)
            // It may also be whole, and the daemon killed before it could say what it saw in it.
            let isUnanswered = isMade && made?.errors.contains("did not say whether it is sound") == true
            #expect(isMade == (made?.status == 0) || isUnanswered, "\(comment): \(String(describing: made))")
            if made?.status == 0 { finished += 1 } else if made != nil { struck += 1 }
            vault.kill()
            try vault.start()
            #expect(try Self.snapshots(of: vault).isEmpty, "\(comment)")
            try vault.unseal()
            try Self.expectWhole(vault, comment)
            point += .random(in: 1...6, using: &random)
        }
        print("backups: \(struck) of those killed had been begun, the last point was \(point)")
        #expect(struck > 3 && finished == 1)
    }

    // MARK: Before a migration

    @Test(
        "a daemon that is killed while it copies the database before a migration makes one copy, at the next start",
        arguments: ofMigration
    )
    func migration(step: CopyStep) throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        #expect(vault.stop() == 0)
        let later = ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_LATER": "1"]
        let killed = #expect(throws: VaultProcess.StartFailure.self) {
            try vault.start(
                program: Self.program,
                environment: later.merging(["WARDER_TEST_COPY_KILL": step.rawValue]) { $1 }
            )
        }
        #expect(killed?.status == SIGKILL && vault.process.terminationReason == .uncaughtSignal, "\(step)")
        let copies = try Self.names(in: vault.stateDirectory).filter { $0.contains("before-schema") }
        #expect(copies == ([.named, .kept, .gone].contains(step) ? ["vault.db.before-schema-3"] : []))

        try vault.start(program: Self.program, environment: later)
        try vault.unseal()
        try Self.expectWhole(vault, step.rawValue)
        #expect(vault.stop() == 0)
        let left = try Self.names(in: vault.stateDirectory)
        #expect(left == ["vault.db", "vault.db.before-schema-3", "vault.lock"])
    }
}
