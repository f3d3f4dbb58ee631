import Testing
import WarderModel

@Suite struct ToolTests {
    private func tool(_ risk: Tool.Risk, _ category: Tool.Category) throws -> Tool {
        Tool(
            id: RecordID(high: 0, low: 1),
            name: try ToolID("github/create_issue"),
            text: nil,
            risk: risk,
            category: category,
            owner: nil,
            created: Timestamp(milliseconds: 0)
        )
    }

    @Test(arguments: [
        (Tool.Risk.readOnly, Tool.Category.standard, false, false),
        (.readOnly, .financial, true, true),
        (.readOnly, .administrative, true, true),
        (.sideEffect, .standard, true, false),
        (.sideEffect, .financial, true, true),
        (.sideEffect, .administrative, true, true),
        (.critical, .standard, true, true),
        (.critical, .financial, true, true),
        (.critical, .administrative, true, true),
    ])
    func `who is asked for an approval`(risk: Tool.Risk, category: Tool.Category, inTeam: Bool, alone: Bool) throws {
        let tool = try tool(risk, category)
        #expect(tool.needsApproval(in: .team) == inTeam)
        #expect(tool.needsApproval(in: .singleUser) == alone)
    }

    @Test func `the table above has a row for every class`() {
        #expect(Tool.Risk.allCases.count * Tool.Category.allCases.count == 9)
        #expect(Profile.allCases == [.singleUser, .team])
    }

    @Test func `another definition takes over what got worse, and never another category`() throws {
        var tool = Tool(
            id: RecordID(high: 1, low: 1),
            name: try ToolID("shop/refund"),
            text: nil,
            risk: .sideEffect,
            category: .financial,
            owner: nil,
            created: Timestamp(milliseconds: 0)
        )
        func proposal(_ risk: Tool.Risk, _ category: Tool.Category) -> Definition.Proposal {
            Definition.Proposal(risk: risk, category: category, reasons: [])
        }
        tool.reclass(from: proposal(.sideEffect, .financial), to: proposal(.critical, .administrative))
        #expect(tool.risk == .critical && tool.category == .financial)
        tool.reclass(from: proposal(.critical, .administrative), to: proposal(.readOnly, .standard))
        #expect(tool.risk == .critical && tool.category == .financial)
        tool.category = .standard
        // What a person decided against stays decided.
        tool.reclass(from: proposal(.critical, .financial), to: proposal(.critical, .financial))
        #expect(tool.category == .standard)
        tool.reclass(from: proposal(.critical, .standard), to: proposal(.critical, .administrative))
        #expect(tool.category == .administrative)
    }

    @Test func `classes are spelled as they are stored`() {
        #expect(Tool.Risk.allCases.map(\.rawValue) == ["read-only", "side-effect", "critical"])
        #expect(Tool.Category.allCases.map(\.rawValue) == ["standard", "financial", "administrative"])
        #expect(Profile.allCases.map(\.rawValue) == ["single-user", "team"])
        #expect(Grant.Approval.allCases.map(\.rawValue) == ["by-class", "none"])
    }
}

@Suite struct GrantTests {
    private func grant(uses: Int64?) throws -> Grant {
        Grant(
            id: RecordID(high: 0, low: 1),
            tool: try ToolID("github/create_issue"),
            secret: try SecretName("github/pat"),
            fields: [.value],
            lifetime: 300,
            uses: uses,
            approval: .byClass,
            minimumAttestation: .uid,
            expires: nil,
            created: Timestamp(milliseconds: 0),
            createdBy: try OperatorName("ada")
        )
    }

    @Test(arguments: [nil, 1, 5, 1_000_000] as [Int64?])
    func `a critical tool uses a secret once a token, whatever its grant says`(uses: Int64?) throws {
        #expect(try grant(uses: uses).allowedUses(by: .critical) == 1)
    }

    @Test(arguments: [nil, 1, 5] as [Int64?])
    func `any other tool as often as its grant says`(uses: Int64?) throws {
        #expect(try grant(uses: uses).allowedUses(by: .readOnly) == uses)
        #expect(try grant(uses: uses).allowedUses(by: .sideEffect) == uses)
    }
}
