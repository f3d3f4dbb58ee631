import SecretMemory
import StrictJSON
import Testing
import WarderWire

@Suite struct JobTests {
    @Test func everyMemberOfAJobSurvivesTheWire() throws {
        let job = try Self.example()
        let read = try Job.decode(Self.document(job.json()))
        #expect(read.id == job.id)
        #expect(read.step == .create)
        #expect(read.rotator == Rotator("postgres:main"))
        #expect(read.secret == "app/db")
        #expect(read.rotation == "rot-1")
        #expect(read.attempt == 3)
        #expect(read.timeout == JobSeconds(30))
        #expect(read.settings == ["roles": "app_a,app_b", "strategy": "alternating"])
        #expect(read.handle == "key 17")
        #expect(read.current?.version == 7)
        let (password, key, helper) = (
            try #require(read.current?.fields["password"]), try #require(read.candidate?.fields["key"]),
            try #require(read.helper?["password"])
        )
        #expect(password.isEqual(to: Array("p\"ä\u{0}\n".utf8)))
        #expect(key.isEqual(to: [0xFF, 0x00, 0x80]))
        #expect(helper.isEqual(to: Array("admin".utf8)))
        #expect(read.retiring?.version == 6)
        #expect(read.retiring?.fields.isEmpty == true)
        #expect(read.secrets.count == 3)
    }

    @Test func aNoticeSurvivesTheWireAndIsNoStep() throws {
        let notice = NoticeJob.Notice(
            id: "rotation_waits.1",
            kind: "rotation_waits",
            time: "2027-01-31T12:00:00.000Z",
            text: "app/db \"waits\"",
            facts: ["secret": "app/db", "owner": "é"]
        )
        let job = NoticeJob(id: "01hz", timeout: JobSeconds(30), notice: notice, told: [.webhook])
        guard case .notice(let read) = try WorkerJob.decode(Self.document(job.json())) else {
            Issue.record("read as a step")
            return
        }
        #expect(read.id == job.id)
        #expect(read.timeout == job.timeout)
        #expect(read.notice == notice && read.told == [.webhook])
        guard case .step(let step) = try WorkerJob.decode(Self.document(Self.example().json())) else {
            Issue.record("read as a notice")
            return
        }
        #expect(step.step == .create)
    }

    @Test(arguments: [
        #"{"id":"a","timeout":"5s"}"#, #"{"id":"a","timeout":"5s","notice":{}}"#,
        #"{"id":"a/b","timeout":"5s","notice":{"id":"1","kind":"k","time":"t","text":"x","facts":{}}}"#,
        #"{"id":"a","timeout":"5s","step":"set","notice":{"id":"1","kind":"k","time":"t","text":"x","facts":{}}}"#,
        #"{"id":"a","timeout":"5s","notice":{"id":"1","kind":"k","time":"t","text":"x","facts":{"a":1}}}"#,
        #"{"id":"a","timeout":"5s","notice":{"id":"1","kind":"k","time":"t","text":"x","facts":{},"more":1}}"#,
    ])
    func aJobThatIsHalfANoticeIsRefused(text: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(throws: JSONDecodingError.self) { _ = try WorkerJob.decode(document) }
    }

    @Test func everyMemberOfAResultSurvivesTheWire() throws {
        let result = JobResult(
            .unknown,
            fields: JobFields(["key": try SecretBytes(copying: [0xC0])]),
            handle: "17",
            expires: "2027-01-31T12:00:00Z",
            overlaps: true,
            makes: .upstream,
            message: "no answer",
            retry: false,
            stderr: "[redacted]"
        )
        let read = try JobResult.decode(Self.document(result.json()))
        let key = try #require(read.fields["key"])
        #expect(key.isEqual(to: [0xC0]))
        #expect(read.outcome == .unknown)
        #expect(read.handle == "17")
        #expect(read.expires == "2027-01-31T12:00:00Z")
        #expect(read.overlaps == true)
        #expect(read.makes == .upstream)
        #expect(read.message == "no answer")
        #expect(read.retry == false)
        #expect(read.stderr == "[redacted]")
    }

    @Test(arguments: [
        #"{}"#, #"{"outcome":"maybe"}"#, #"{"outcome":"done","extra":1}"#, #"{"outcome":"done","retry":"yes"}"#,
        #"{"outcome":"done","fields":{"a":1}}"#, #"{"outcome":"done","fields":{"a":"x"},"fields_base64":{"a":"eA=="}}"#,
        #"{"outcome":"done","fields_base64":{"a":"x"}}"#, #"[]"#, #"null"#,
    ])
    func aResultOfAnotherShapeIsRefused(text: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(throws: JSONDecodingError.self) { _ = try JobResult.decode(document) }
    }

    @Test(arguments: [("message", 500), ("handle", 500), ("stderr", 4096), ("expires", 40)])
    func textBeyondItsLimitIsRefused(name: String, limit: Int) throws {
        for (length, isAllowed) in [(limit, true), (limit + 1, false)] {
            let text = #"{"outcome":"done","\#(name)":"\#(String(repeating: "x", count: length))"}"#
            let document = try JSONDocument(parsing: Array(text.utf8))
            let isTaken = (try? JobResult.decode(document)) != nil
            #expect(isTaken == isAllowed)
        }
    }

    @Test func moreFieldsThanAVersionHasAreRefused() throws {
        let fields = (0...JobFields.maximumCount).map { #""f\#($0)":"x""# }.joined(separator: ",")
        let document = try JSONDocument(parsing: Array(#"{"outcome":"done","fields":{\#(fields)}}"#.utf8))
        #expect(throws: JSONDecodingError.self) { _ = try JobResult.decode(document) }
    }

    @Test(arguments: ["", "a/b", "a b", "a\r\nX: 1", "é", String(repeating: "a", count: 65)])
    func anIdThatIsNoPartOfAPathIsRefused(id: String) {
        #expect(!Job.isID(id))
    }

    @Test(arguments: ["exec", "exec:", "exec:/bin/sh", "exec:../x", "exec:A", "sql:main", "exec:a b", "exec:a:b", ":a"])
    func whatNamesNoEntryIsNoRotator(text: String) {
        #expect(Rotator(text) == nil)
    }

    @Test(arguments: [("0s", 0), ("55s", 55), ("86400s", 86_400)])
    func secondsAreReadAsTheyAreWritten(text: String, count: Int) {
        #expect(JobSeconds(text)?.count == count)
        #expect(JobSeconds(count).description == text)
    }

    @Test(arguments: ["", "s", "5", "5m", "-1s", "+1s", "1 s", "86401s", "999999999999s"])
    func whatIsNoNumberOfSecondsIsRefused(text: String) {
        #expect(JobSeconds(text) == nil)
    }

    private static func document(_ json: SecretBytes) throws -> JSONDocument {
        try JSONDocument(parsing: unsafe json.withUnsafeBytes { unsafe Array($0) }, limits: Job.limits)
    }

    private static func example() throws -> Job {
        Job(
            id: "01hzy6q8m3v5w7x9a1b2c3d4e5",
            step: .create,
            rotator: try #require(Rotator("postgres:main")),
            secret: "app/db",
            rotation: "rot-1",
            attempt: 3,
            timeout: JobSeconds(30),
            settings: ["roles": "app_a,app_b", "strategy": "alternating"],
            current: Job.Version(
                version: 7,
                fields: JobFields(["password": try SecretBytes(copying: Array("p\"ä\u{0}\n".utf8))])
            ),
            candidate: Job.Version(
                version: 8,
                fields: JobFields(["key": try SecretBytes(copying: [0xFF, 0x00, 0x80])])
            ),
            retiring: Job.Version(version: 6, fields: JobFields()),
            handle: "key 17",
            helper: JobFields(["password": try SecretBytes(copying: Array("admin".utf8))])
        )
    }
}
