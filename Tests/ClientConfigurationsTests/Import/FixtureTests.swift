import ClientConfigurations
import SecretMemory

import Testing
import WarderModel

/// What must hold for every file, whichever client it belongs to.
@Suite struct FixtureTests {
    private static func plan(_ fixture: FixtureFile) throws -> ImportPlan {
        try ImportPlan([file(fixture.path, fixture.text)])
    }

    @Test(arguments: FixtureFile.all)
    func `no moved secret is left in the file, and every one reaches the vault`(fixture: FixtureFile) throws {
        let plan = try Self.plan(fixture)
        let rewritten = try #require(plan.files.first?.rewritten)
        for secret in fixture.moved {
            #expect(fixture.text.bytes.contains(secret), "the search would find it")
            #expect(!rewritten.contains(secret))
            let isStored = try plan.secrets.contains { planned in
                try planned.value().withBytes { $0.contains(secret) }
            }
            #expect(isStored)
        }
        for secret in fixture.left { #expect(rewritten.contains(secret)) }
    }

    @Test(arguments: FixtureFile.all)
    func `a secret that stays is named, and one that is not named does not stay`(fixture: FixtureFile) throws {
        let plan = try Self.plan(fixture)
        let rewritten = try #require(plan.files.first?.rewritten)
        let lines = fixture.text.bytes.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "\n") }
        for secret in Invented.all where rewritten.contains(secret) {
            #expect(fixture.left.contains(secret))
            let named = plan.left.contains { left in Array(lines[left.position.line - 1]).contains(secret) }
            #expect(named)
        }
        for left in plan.left {
            #expect(!left.reason.sentence.isEmpty && !left.reason.remedy.isEmpty)
        }
    }

    @Test(arguments: FixtureFile.all)
    func `a second import changes nothing`(fixture: FixtureFile) throws {
        let rewritten = try #require(try Self.plan(fixture).files.first?.rewritten)
        let second = try ImportPlan([file(fixture.path, rewritten.text)])
        #expect(second.changesNothing)
        #expect(second.secrets.isEmpty && second.servers.isEmpty && second.grants.isEmpty)
    }

    @Test(arguments: FixtureFile.all)
    func `import and undo give back every byte`(fixture: FixtureFile) throws {
        let plan = try Self.plan(fixture)
        let planned = try #require(plan.files.first)
        let rewritten = try #require(planned.rewritten)
        let made = try #require(planned.record)
        let record = try ImportRecord(stored: made.stored)
        #expect(record == made)
        for secret in fixture.moved { #expect(!record.stored.contains(secret)) }
        let layer = try #require(record.layers.last)
        #expect(try layer.original(current: rewritten, values: plan.values(planned)) == fixture.text.bytes)
    }

    @Test(arguments: FixtureFile.all)
    func `everything besides the changed servers is as it was`(fixture: FixtureFile) throws {
        let plan = try Self.plan(fixture)
        let rewritten = try #require(plan.files.first?.rewritten)
        // Lines without a moved value, a command or arguments are all still there, in their order.
        let before = fixture.text.split(separator: "\n").filter { line in
            !fixture.moved.contains { line.contains($0) } && !line.contains("command") && !line.contains("args")
                && !line.contains("env") && line.contains { $0.isLetter || $0.isNumber }
        }
        var rest = rewritten.text.split(separator: "\n")[...]
        for line in before {
            // A last member loses its comma, and nothing else.
            let withoutComma = line.hasSuffix(",") ? line.dropLast() : line
            let found = try #require(rest.firstIndex { $0 == line || $0 == withoutComma }, "\(line)")
            rest = rest[(found + 1)...]
        }
    }

    @Test(arguments: FixtureFile.all)
    func `nothing of a secret is in what can be printed of a plan`(fixture: FixtureFile) throws {
        let plan = try Self.plan(fixture)
        var printed = "\(plan)" + String(reflecting: plan)
        dump(plan, to: &printed)
        for left in plan.left { printed += "\(left)\(left.reason.sentence)\(left.reason.remedy)" }
        for advice in plan.rotations { printed += "\(advice)" }
        for secret in Invented.all {
            #expect(!printed.contains(secret))
            #expect(!printed.contains(String(describing: secret.bytes).dropFirst().dropLast()))
        }
        #expect(printed.contains(fixture.path.split(separator: "/").last ?? ""))
    }

    @Test(arguments: FixtureFile.all)
    func `every grant is for a launch, and for a secret and a server of the plan`(fixture: FixtureFile) throws {
        let plan = try Self.plan(fixture)
        #expect(!plan.grants.isEmpty)
        for grant in plan.grants {
            #expect(grant.tool.tool == .launch)
            #expect(plan.servers.contains { $0.name == grant.tool.server })
            #expect(plan.secrets.contains { $0.name == grant.secret && $0.field == grant.field })
        }
        #expect(Set(plan.secrets.map(\.name)).count == plan.secrets.count)
        #expect(Set(plan.servers.map(\.name)).count == plan.servers.count)
    }
}

extension SecretBytes {
    /// The bytes, for a test.
    func withBytes<Result>(_ body: ([UInt8]) -> Result) -> Result {
        unsafe withUnsafeBytes { unsafe body(Array($0)) }
    }
}
