import Foundation
import Glibc
import Testing

/// The pages on what can be lost, followed to the letter: their commands are read from the pages and run.
@Suite("The pages on recovery", .serialized)
struct RecoveryPageTests {
    private static let madeThen = "Passphrase of the vault when the backup was made:"
    private static let second = "a second long passphrase"

    private let vault: VaultProcess
    /// Private directories that the pages name.
    private let usb: String
    private let backups: String

    init() throws {
        vault = try VaultProcess(
            profile: "single-user",
            settings: "operator_group: root\n" + VaultProcess.withoutRateLimit
        )
        (usb, backups) = (vault.directory + "/usb", vault.directory + "/backups")
        for folder in [usb, backups] {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
        }
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
    }

    private func follower(_ other: VaultProcess? = nil) -> PageFollower {
        let vault = other ?? vault
        return PageFollower(
            vault: vault,
            places: [
                ("/var/lib/warder", vault.stateDirectory), ("/var/backups/warder", backups), ("/media/usb", usb),
                ("rescued.jsonl", usb + "/rescued.jsonl"), ("rescued.yaml", usb + "/rescued.yaml"),
                ("rescued-log.jsonl", usb + "/rescued-log.jsonl"),
            ],
            answers: [
                (Self.madeThen, VaultProcess.passphrase), ("Passphrase of the vault:", VaultProcess.passphrase),
                ("github/pat value:", "rotated since"), ("newer/pat value:", "newer"),
                ("Type release to go on:", "release"), ("Type apply to go on:", "apply"),
                ("New passphrase", Self.second),
            ]
        )
    }

    private func resolve(_ vault: VaultProcess) throws -> SocketClient.Response {
        try vault.client().request("POST", "/v1/resolve", body: RestoreStory.call)
    }

    /// Follows each command of a section; `asked` are the questions of those that ask.
    private func follow(_ commands: [String], _ follower: PageFollower, _ asked: [[String]]) throws {
        try #require(commands.count == asked.count, "\(commands)")
        for (command, questions) in zip(commands, asked) {
            var follower = follower
            if questions.contains("The same again:") {
                let first = follower.answers.first { $0.question == questions[0] }?.answer
                follower.answers.append(("The same again:", first ?? ""))
            }
            try follower.follow(command, questions)
        }
    }

    @Test("the machine is lost: what the page says brings a vault that serves, and nothing before its release")
    func machineLost() throws {
        let page = try Runbook("machine-lost.md")
        let made = try RestoreStory.warder(["backup", "create", usb + "/warder.backup"], vault)
        #expect(made.status == 0, "\(made.errors)")
        vault.kill()
        // As an installation leaves it: a daemon was there, and nobody has set its vault up.
        let target = try VaultProcess(profile: "single-user")
        try target.start()
        let person = follower(target)
        try follow(page.commands("Bring the vault back"), person, [[], [], [Self.madeThen], [Self.madeThen]])
        let kept = try FileManager.default.contentsOfDirectory(atPath: target.stateDirectory)
            .filter { $0.hasPrefix("vault.db.before-restore-") }
        #expect(kept.count == 1, "\(kept)")
        try follow(
            page.commands("Look before you let servers in"),
            person,
            [[], ["Passphrase of the vault:"], [], [], [], ["github/pat value:", "The same again:"]]
        )
        #expect(try resolve(target).errorCode == "restored_vault")
        let last = try page.commands("Let servers in")
        #expect(last.count == 2)
        try person.follow(last[0], ["Type release to go on:"])
        #expect(try !person.follow(last[1]).contains("restored_vault"))
        #expect(try resolve(target).json["value"] as? String == "rotated since")
    }

    /// The first group of a pattern, which must be there.
    private func found(_ pattern: String, in text: String) throws -> String {
        let match = try #require(try Regex(pattern).firstMatch(in: text), "\(pattern) in \(text)")
        return String(try #require(match.output[1].substring))
    }

    /// Shares for three people in files on the stick, any two of whom open the vault; returns their slot.
    private func handOutShares() throws -> String {
        let shares = try TerminalSession(socket: vault.operatorSocket)
            .run(["key", "add-slot", "--shares", "3", "--threshold", "2", "--out", usb])
        #expect(shares.status == 0, "\(shares.screen)")
        return try found("slot ([0-9a-f]{8}): any 2", in: shares.screen)
    }

    /// Two people bring their shares as a page says; NAME is what the first command says.
    ///
    /// `second`: the user of the second person, where it is another.
    /// - Returns: what the terminal of the second showed.
    @discardableResult
    private func bringShares(_ commands: [String], _ person: PageFollower, second: UInt32? = nil) throws -> String {
        try #require(commands.count == 2)
        func share(_ number: Int) throws -> String {
            try String(contentsOfFile: usb + "/share-\(number)-of-3.txt", encoding: .utf8)
                .components(separatedBy: "\n").first { $0.hasPrefix("wdr_s_") } ?? ""
        }
        var person = person
        person.answers.append(("Your share:", try share(3)))
        let name = try found(#"the attempt is called (\S+)"#, in: person.follow(commands[0], ["Your share:"]))
        person.answers.removeLast()
        person.answers.append(("Your share:", try share(1)))
        person.places.append(("NAME", name))
        person.uid = second ?? person.uid
        return try person.follow(commands[1], ["Your share:"])
    }

    @Test("the only admin's passphrase is lost: what the page says makes another one, with shares alone")
    func passphraseLost() throws {
        let page = try Runbook("passphrase-lost.md")
        let slot = try losePassphrase()
        var ada = follower()
        #expect(try bringShares(page.commands("Open it with shares"), ada).contains("unsealed"))
        let own = try page.commands("Your own passphrase")
        try #require(own.count == 3)
        // The second holder is nobody to the vault.
        let screen = try bringShares(Array(own.prefix(2)), ada, second: Stranger.uid)
        ada.answers += [("Your code", try found(#"(?m)^(wdr_e_\S+)"#, in: screen)), ("The same again:", Self.second)]
        try ada.follow(own[2], ["Your code", "New passphrase", "The same again:"])
        try replacePassphrase(of: slot, page, ada)
        let steps = try vault.events().filter { $0["type"] as? String == "operator.enrol_share" }
        #expect(steps.count == 2)
        for step in steps {
            let changes = step["changes"] as? [String] ?? []
            #expect(changes.contains("name=ada"), "\(changes)")
            #expect(changes.contains { $0.hasPrefix("slot/") && $0.hasSuffix("/shares") }, "\(changes)")
        }
    }

    @Test("the passphrase is lost: what the page says makes another one, with a second admin")
    func passphraseLostByOneOfTwo() throws {
        let page = try Runbook("passphrase-lost.md")
        try addGrace()
        let slot = try losePassphrase()
        var ada = follower()
        #expect(try bringShares(page.commands("Open it with shares"), ada).contains("unsealed"))
        let own = try page.commands("With a second admin")
        try #require(own.count == 2)
        var grace = follower()
        (grace.uid, grace.presence) = (Stranger.uid, Self.second)
        let code = try found(#"(?m)^(wdr_e_\S+)"#, in: grace.follow(own[0]))
        ada.answers += [("Your code", code), ("The same again:", Self.second)]
        try ada.follow(own[1], ["Your code", "New passphrase", "The same again:"])
        try replacePassphrase(of: slot, page, ada)
    }

    /// Hands out shares, and ends with a sealed vault; returns the passphrase's slot.
    private func losePassphrase() throws -> String {
        _ = try handOutShares()
        let lost = try #require(vault.ask("GET", "/v1/keys").json["slots"] as? [[String: Any]])
            .first { $0["kind"] as? String == "passphrase" }
        let slot = String(try #require(lost?["id"] as? String).prefix(8))
        #expect(vault.stop() == 0)
        try vault.start()
        return slot
    }

    /// The rest of the page, for whoever has a passphrase of their own again.
    private func replacePassphrase(of slot: String, _ page: Runbook, _ person: PageFollower) throws {
        var ada = person
        ada.presence = Self.second
        ada.answers += [("Type \(slot) to go on:", slot)]
        ada.places.append(("SLOT", slot))
        try follow(
            page.commands("A new passphrase for the vault"),
            ada,
            [["New passphrase", "The same again:"], [], ["Type \(slot) to go on:"]]
        )
        let last = try page.commands("Try it")
        try #require(last.count == 3)
        try ada.follow(last[0])
        let wrong = try RestoreStory.warder(["unseal", "--stdin"], vault, input: VaultProcess.passphrase)
        #expect(wrong.status == 5, "\(wrong.errors)")
        ada.answers.insert(("Passphrase of the vault:", Self.second), at: 0)
        try ada.follow(last[1], ["Passphrase of the vault:"])
        try ada.follow(last[2])
        #expect(try resolve(vault).json["value"] as? String == "value-of-the-secret")
    }

    /// A second admin, with a passphrase of their own.
    private func addGrace() throws {
        let body = #"{"name":"grace","uid":\#(Stranger.uid),"roles":["admin"]}"#
        try vault.ask("POST", "/v1/operators", body, expecting: 201)
        let code = try #require(vault.ask("POST", "/v1/operators/grace/enrol").json["code"] as? String)
        let set = try TerminalSession(socket: vault.operatorSocket, uid: Stranger.uid).run(
            ["operator", "passphrase"],
            answers: [("Your code", code), ("New passphrase", Self.second), ("The same again:", Self.second)]
        )
        #expect(set.status == 0, "\(set.screen)")
    }

    @Test("shares are lost: what the page says makes the old ones worthless, and others that open the vault")
    func sharesLost() throws {
        let page = try Runbook("shares-lost.md")
        let old = try handOutShares()
        let stolen = try String(contentsOfFile: usb + "/share-1-of-3.txt", encoding: .utf8)
        for number in 1...3 { try FileManager.default.removeItem(atPath: usb + "/share-\(number)-of-3.txt") }
        #expect(vault.stop() == 0)
        try vault.start()

        var ada = follower()
        ada.places.append(("SLOT", old))
        ada.answers.append(("Passphrase of slot", VaultProcess.passphrase))
        try follow(
            page.commands("Make the old shares worthless"),
            ada,
            [["Passphrase of the vault:"], [], ["Passphrase of slot"]]
        )
        let commands = try page.commands("Hand out new ones")
        try follow(Array(commands.prefix(3)), ada, [[], [], []])
        try #require(commands.count == 5)
        let share = stolen.components(separatedBy: "\n").first { $0.hasPrefix("wdr_s_") } ?? ""
        let foreign = try vault.ask("POST", "/v1/sys/unseal/share", #"{"share":"\#(share)"}"#)
        #expect(foreign.status == 403, "\(foreign.body)")
        #expect(try bringShares(Array(commands.dropFirst(3)), ada).contains("unsealed"))
        #expect(try resolve(vault).json["value"] as? String == "value-of-the-secret")
        try follow(page.commands("A backup that opens with them"), ada, [[]])
        #expect(try FileManager.default.contentsOfDirectory(atPath: backups).count == 1)
    }

    @Test("the disk is damaged: what the page says brings back what the backup has, and what is newer")
    func diskDamaged() throws {
        let page = try Runbook("disk-damaged.md")
        try vault.ask("PUT", "/v1/secrets/harmed/pat", #"{"fields":{"value":"harmed"}}"#, expecting: 201)
        try vault.ask("POST", "/v1/grants", #"{"tool":"github/list","secret":"harmed/pat"}"#, expecting: 201)
        #expect(try RestoreStory.warder(["backup", "create", backups + "/warder.backup"], vault).status == 0)
        try vault.ask("PUT", "/v1/secrets/newer/pat", #"{"fields":{"value":"newer"}}"#, expecting: 201)
        // After the backup one tool got what it may use, and another lost it.
        try vault.ask("POST", "/v1/tools", #"{"name":"github/newer","risk":"read-only"}"#, expecting: 201)
        try vault.ask("POST", "/v1/grants", #"{"tool":"github/newer","secret":"newer/pat"}"#, expecting: 201)
        let revoked = try vault.ask("DELETE", "/v1/grants/github/list/harmed/pat")
        #expect(revoked.status < 300, "\(revoked.body)")
        let allowed = try allowed()
        #expect(allowed == ["github/list github/pat", "github/newer newer/pat"])
        #expect(vault.stop() == 0)
        try RestoreStory.harmValue(1, in: vault.database)
        try vault.start()
        try vault.unseal()

        let person = follower()
        let deep = try #require(page.commands("What is damaged").first)
        #expect(try person.follow(deep, status: 11).contains("harmed/pat"))
        let save = try page.commands("Save what is newer than the backup")
        try #require(save.count == 5)
        // The damaged value is not in the file.
        let printed = try save.enumerated().map { try person.follow($1, status: $0 == 0 ? 11 : 0) }
        let saved = try String(contentsOfFile: usb + "/rescued.jsonl", encoding: .utf8)
        #expect(saved.contains("newer/pat") && saved.contains("value-of-the-secret"))
        let plan = try String(contentsOfFile: usb + "/rescued.yaml", encoding: .utf8)
        #expect(plan.contains("newer/pat") && !plan.contains("harmed/pat"))
        let log = try String(contentsOfFile: usb + "/rescued-log.jsonl", encoding: .utf8)
        #expect(
            log.contains("grant.remove") && FileManager.default.fileExists(atPath: usb + "/rescued-log.jsonl.manifest")
        )
        #expect(printed[3].contains("ada") && printed[4].contains("passphrase"))
        try comeBack(page, person, comparing: printed.suffix(2))
        #expect(try self.allowed() == allowed)
        #expect(try vault.ask("POST", "/v1/reveal/harmed/pat", "{}").json["value"] as? String == "harmed")
        #expect(try vault.ask("POST", "/v1/reveal/newer/pat", "{}").json["value"] as? String == "newer")
        #expect(!FileManager.default.fileExists(atPath: usb + "/rescued.jsonl"))
    }

    @Test("the database does not open any more: what the page says brings the backup's vault")
    func databaseGone() throws {
        let page = try Runbook("disk-damaged.md")
        #expect(try RestoreStory.warder(["backup", "create", backups + "/warder.backup"], vault).status == 0)
        #expect(vault.stop() == 0)
        let file = try #require(FileHandle(forUpdatingAtPath: vault.database))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 8192))
        try file.close()
        #expect(throws: VaultProcess.StartFailure.self) { try vault.start() }
        _ = FileManager.default.createFile(atPath: usb + "/rescued.jsonl", contents: nil)
        try comeBack(page, follower())
        #expect(try resolve(vault).json["value"] as? String == "value-of-the-secret")
    }

    @Test("the log's pages are damaged: what the page says gives every value back, and brings the backup's vault")
    func logDamaged() throws {
        let page = try Runbook("disk-damaged.md")
        #expect(try RestoreStory.warder(["backup", "create", backups + "/warder.backup"], vault).status == 0)
        try vault.ask("PUT", "/v1/secrets/newer/pat", #"{"fields":{"value":"newer"}}"#, expecting: 201)
        #expect(vault.stop() == 0)
        try RestoreStory.harmLog(in: vault.database)
        #expect(throws: VaultProcess.StartFailure.self) { try vault.start() }
        let asked = ["Passphrase of the vault:"]
        let commands = try page.commands(
            "When the daemon does not start, does not open the vault, or no admin is left"
        )
        try #require(commands.count == 3)
        let person = follower()
        try person.follow(commands[0])
        #expect(try person.follow(commands[1], asked, status: 11).contains("log, rows after"))
        try person.follow(commands[2], asked)
        let saved = try String(contentsOfFile: usb + "/rescued.jsonl", encoding: .utf8)
        #expect(saved.contains(#""value":"newer""#) && saved.contains("value-of-the-secret"))
        try comeBack(page, person)
        #expect(try resolve(vault).json["value"] as? String == "value-of-the-secret")
    }

    @Test("the log is not signed any more: what the page says brings one that is, and every event")
    func logNotSigned() throws {
        let page = try Runbook("disk-damaged.md")
        // The first hash that the tree keeps is over 256 events.
        for _ in 0..<260 { try #require(resolve(vault).status == 200) }
        #expect(vault.stop() == 0)
        try RestoreStory.alter("UPDATE log_nodes SET hash = zeroblob(32)", in: vault.database)
        try vault.start()
        try vault.unseal()
        #expect(try RestoreStory.warder(["doctor"], vault).output.contains("[log_broken]"))

        let person = follower()
        let commands = try page.commands("The log is not signed any more")
        try #require(commands.count == 8)
        #expect(try person.follow(commands[0], status: 10).contains("[tree_hash_wrong]"))
        try follow(
            Array(commands[1...5]),
            person,
            [[], [Self.madeThen], [], ["Passphrase of the vault:"], []]
        )
        #expect(try resolve(vault).errorCode == "restored_vault")
        try follow(Array(commands[6...]), person, [["Type release to go on:"], []])
        #expect(try !RestoreStory.warder(["doctor"], vault).output.contains("[log_broken]"))
        #expect(try vault.events("type=secret.resolve&decision=allowed").count == 260)
    }

    /// Of each line: who, or which slot or key. Ages differ.
    private static func firstWords(_ screen: String) -> [Substring] {
        screen.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    }

    /// What tools may use.
    private func allowed() throws -> [String] {
        let grants = try vault.ask("GET", "/v1/grants").json["grants"] as? [[String: Any]] ?? []
        return grants.map { "\($0["tool"] ?? "") \($0["secret"] ?? "")" }.sorted()
    }

    /// `printed`: what was kept of operators and slots, where there is a plan to compare the vault with.
    private func comeBack(
        _ page: Runbook,
        _ person: PageFollower,
        comparing printed: ArraySlice<String>? = nil
    ) throws {
        try follow(
            page.commands("Come back from the newest backup that is sound"),
            person,
            [[], [Self.madeThen], [Self.madeThen], [], ["Passphrase of the vault:"], []]
        )
        #expect(try resolve(vault).errorCode == "restored_vault")
        try follow(page.commands("Put in what is newer"), person, [["newer/pat value:", "The same again:"]])
        if let printed {
            let commands = try page.commands("Compare who may do what")
            try #require(commands.count == 4)
            let plan = try person.follow(commands[0])
            #expect(plan.contains("github/newer newer/pat") && plan.contains("github/list harmed/pat"), "\(plan)")
            try person.follow(commands[1], ["Type apply to go on:"])
            let now = try commands.suffix(2).map { try Self.firstWords(person.follow($0)) }
            #expect(now == printed.map(Self.firstWords))
        }
        try follow(page.commands("Let servers in"), person, [["Type release to go on:"], [], []])
    }
}
