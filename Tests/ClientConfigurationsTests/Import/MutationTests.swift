import ClientConfigurations
import RandomTesting
import Testing

/// Damaged files: nothing may crash, and what is still accepted keeps every promise.
@Suite struct MutationTests {
    @Test func `no damage crashes an import, and what is planned holds`() throws {
        var random = SeededGenerator.printed()
        var (changed, undoneLater) = (0, 0)
        for round in 0..<4000 {
            let fixture = FixtureFile.all[round % FixtureFile.all.count]
            let content = Mutation.mutate(fixture.text.bytes, using: &random)
            guard let file = try? ConfigurationFile(path: fixture.path, content: content) else { continue }
            // A plan that does not hold is refused, which no damage may bring about either.
            let settings = ImportSettings(keepsArguments: Bool.random(using: &random))
            let plan = try ImportPlan([file], settings: settings)
            for left in plan.left { _ = "\(left.position) \(left.place?.description ?? "")" }
            guard let rewritten = plan.files.first?.rewritten else { continue }
            changed += 1
            let second = try ImportPlan(
                [try ConfigurationFile(path: fixture.path, content: rewritten)],
                settings: settings
            )
            #expect(second.changesNothing, "seed \(random.seed)")
            for secret in plan.secrets {
                let value = try secret.value().withBytes { $0 }
                // A short value may stand elsewhere for another reason.
                guard value.count >= 16 else { continue }
                #expect(
                    !rewritten.contains(value.text) || Self.isLeft(plan),
                    "seed \(random.seed) \(rewritten.text)"
                )
            }
            let record = try ImportRecord(stored: try #require(plan.files.first?.record?.stored))
            let values = try plan.files.first.map { try plan.values($0) } ?? []
            #expect(try record.layers.last?.original(current: rewritten, values: values) == content)
            // The client has written to the file since. A name with half a character or a NUL is found nowhere.
            let later = rewritten + [0x20]
            let isNamed = !content.contains("\\ud") && !content.contains("\\u0000")
            // An entry with a secret in a name on its way is not remembered; the file as a whole is.
            let isRemembered = record.layers.last?.entries.count == plan.servers.flatMap(\.places).count
            if isNamed, isRemembered, let reversal = record.reversal(of: later) {
                let given = try reversal.values.map { moved in
                    try #require(plan.secrets.first { $0.name == moved.secret }).value().withBytes { $0 }
                }
                let undone = try reversal.original(current: later, values: given)
                undoneLater += 1
                #expect(undone == content + [0x20], "seed \(random.seed)")
            }
            for value in values where value.count >= 16 {
                #expect(!record.stored.contains(value.text) || Self.isLeft(plan), "seed \(random.seed)")
            }
        }
        #expect(changed > 300 && undoneLater > 200, "seed \(random.seed)")
    }

    /// Whether a value, or what it stands in, was found where it stays, and is listed.
    private static func isLeft(_ plan: ImportPlan) -> Bool {
        plan.left.contains { $0.place != nil || $0.reason == .copy || $0.reason == .comment }
    }
}
