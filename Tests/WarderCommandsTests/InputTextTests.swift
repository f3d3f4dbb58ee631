import Testing
import WarderModel

@testable import WarderCommands

@Suite("Input texts")
struct InputTextTests {
    @Test(
        "durations",
        arguments: [
            ("30s", 30), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("7d", 604_800), ("2w", 1_209_600), ("90m", 5400),
        ]
    )
    func durations(_ text: String, _ seconds: Int64) {
        #expect(DurationText.seconds(text) == seconds)
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "5", "m", "5x", "-5m", "5m3", "0s", "5 m", "٥m", "9223372036854775807w", "99999999999999999999s",
            "1.5h",
        ]
    )
    func notDurations(_ text: String) {
        #expect(DurationText.seconds(text) == nil)
    }

    @Test(
        "durations are written the short way",
        arguments: [(300, "5m"), (3600, "1h"), (5400, "1h30m"), (1, "1s"), (0, "0s"), (90_061, "1d1h1m1s")]
    )
    func durationText(_ seconds: Int64, _ text: String) {
        #expect(DurationText.text(seconds) == text)
        if seconds > 0 { #expect(DurationText.seconds(text) == seconds) }
    }

    @Test("moments: dates and RFC 3339 stay, durations count from now")
    func moments() throws {
        let now = CommandRun.now
        #expect(try MomentText.resolve("2027-01-31", .future, option: "-", now: now) == "2027-01-31")
        #expect(
            try MomentText.resolve("2027-01-31T09:00:00+02:00", .past, option: "-", now: now)
                == "2027-01-31T09:00:00+02:00"
        )
        #expect(try MomentText.resolve("24h", .past, option: "-", now: now) == "2026-11-20T09:30:00.000Z")
        #expect(try MomentText.resolve("24h", .future, option: "-", now: now) == "2026-11-22T09:30:00.000Z")
        for text in ["yesterday", "2027-02-30", "", "2027", "9000w", "24h ago"] {
            #expect(throws: CommandFailure.self, "\(text)") {
                try MomentText.resolve(text, .past, option: "--since", now: now)
            }
        }
    }

    @Test("moments are shown near as distance and far as date")
    func shownMoments() {
        let moment = Moment(now: CommandRun.now)
        #expect(moment.short("2026-11-21T09:29:58.000Z") == "just now")
        #expect(moment.short("2026-11-21T09:29:00.000Z") == "60s ago")
        #expect(moment.short("2026-11-21T10:30:00.000Z") == "in 60m")
        #expect(moment.short("2026-11-20T03:30:00.000Z") == "30h ago")
        #expect(moment.short("2026-01-02T03:04:05.000Z") == "2026-01-02")
        #expect(moment.short("not a moment") == "not a moment")
        #expect(moment.short(nil) == "")
        #expect(moment.long("2023-11-21T09:30:00.000Z") == "2023-11-21 09:30:00Z (3y ago)")
        #expect(moment.isNear("2026-11-27") && moment.isNear("2020-01-01") && !moment.isNear("2026-12-01"))
    }

    @Test("labels")
    func labels() throws {
        #expect(try KeyValue.parse("env=prod") == KeyValue(key: "env", value: "prod"))
        #expect(try KeyValue.parse("a=b=c") == KeyValue(key: "a", value: "b=c"))
        #expect(try KeyValue.parse("a=") == KeyValue(key: "a", value: ""))
        for text in ["", "env", "=prod"] { #expect(throws: InputError.self) { try KeyValue.parse(text) } }
        #expect(throws: CommandFailure.self) {
            try KeyValue.dictionary([KeyValue(key: "a", value: "1"), KeyValue(key: "a", value: "2")])
        }
    }

    @Test(
        "a login name becomes a name for the log",
        arguments: [
            ("ada", "ada"), ("Ada.Lovelace", "ada.lovelace"), ("DOM\\ada", "dom-ada"), ("1ada", "_1ada"),
            ("zoë", "zo-"), (".x", "_.x"),
        ]
    )
    func operatorNames(_ login: String, _ name: String) {
        #expect(Accounts.operatorName(from: login)?.text == name)
    }

    @Test("users and groups go by name or number")
    func accounts() throws {
        #expect(try Accounts.uid("root") == 0)
        #expect(try Accounts.uid("4711") == 4711)
        #expect(try Accounts.gid("root") == 0)
        #expect(throws: CommandFailure.self) { try Accounts.uid("no-such-user-here") }
        // 2^32 - 1 means "nobody" to the kernel.
        #expect(throws: CommandFailure.self) { try Accounts.uid("4294967295") }
        #expect(throws: CommandFailure.self) { try Accounts.gid("-1") }
    }

    @Test(
        "fields get their sources",
        arguments: [
            ([], [], false, "value:prompt"), ([], [], true, "value:stdin"),
            (["a", "b"], [], false, "a:prompt b:prompt"),
            ([], ["x.pem"], false, "value:x.pem"), (["key"], ["x.pem"], false, "key:x.pem"),
            ([], ["cert=c", "key=k"], false, "cert:c key:k"), (["pin"], ["cert=c"], false, "cert:c pin:prompt"),
            (["pin"], ["cert=c"], true, "cert:c pin:stdin"), ([], ["./a=b"], false, "value:./a=b"),
            ([], ["cert=c"], true, "cert:c value:stdin"),
        ] as [([String], [String], Bool, String)]
    )
    func fieldPlan(_ fields: [String], _ files: [String], _ stdin: Bool, _ expected: String) throws {
        let plan = try FieldPlan(fields: fields.map { try FieldName($0) }, files: files, usesStandardInput: stdin)
        let text = plan.sources.map { field, source in
            switch source {
            case .file(let path): "\(field.text):\(path)"
            case .standardInput: "\(field.text):stdin"
            case .prompt: "\(field.text):prompt"
            }
        }
        #expect(text.joined(separator: " ") == expected)
    }

    @Test(
        "fields without a source, and sources without a field, are refused",
        arguments: [
            (["a", "b"], [], true), ([], ["x", "y"], false), (["a", "b"], ["x"], false), ([], ["x"], true),
            (["a"], ["a=x"], false), ([], ["a=x", "a=y"], false), (["a", "a"], [], false),
        ] as [([String], [String], Bool)]
    )
    func badFieldPlan(_ fields: [String], _ files: [String], _ stdin: Bool) throws {
        let names = try fields.map { try FieldName($0) }
        #expect(throws: CommandFailure.self) {
            try FieldPlan(fields: names, files: files, usesStandardInput: stdin)
        }
    }
}
