import ClientConfigurations
import SecretMemory
import StrictJSON
import WarderModel

extension Harness {
    /// A client's configuration, behind a byte that says whose it is and what is asked.
    static let imports = Harness("import") { input in
        var input = Input(input)
        let choice = Int(input.byte())
        let content = Array(input.rest)
        try readSyntax(content)

        let format = ClientFormat.allCases[choice % ClientFormat.allCases.count]
        let settings = ImportSettings(keepsArguments: choice & 0x80 == 0)
        guard let file = try? ConfigurationFile(path: "f", content: content, format: format) else { return }
        // No file may bring about a plan that does not hold.
        let plan = try ImportPlan([file], settings: settings)
        for left in plan.left {
            let place = left.place?.description ?? ""
            try hold(!place.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a place drives no terminal")
        }
        guard let planned = plan.files.first, let rewritten = planned.rewritten else {
            try hold(
                plan.secrets.isEmpty && plan.servers.isEmpty && plan.grants.isEmpty,
                "nothing is planned for nothing"
            )
            return
        }
        let again = try ConfigurationFile(path: "f", content: rewritten, format: format)
        let second = try ImportPlan([again], settings: settings)
        try hold(second.changesNothing, "a second import changes nothing")
        try hold(plan.secrets.allSatisfy { $0.sources.count > 0 }, "a secret stands somewhere")
        for secret in plan.secrets {
            let count = try secret.value().count
            try hold(secret.spans.allSatisfy { $0.range.upperBound <= count }, "a part of a value lies in it")
        }
        guard let layer = ImportLayer(planned) else { throw Broken(property: "a change has a record") }
        let moment = Timestamp(milliseconds: 0)
        let record = ImportRecord(path: "/f", client: format, state: .storing, imported: moment, layers: [layer])
        try hold(try ImportRecord(stored: record.stored) == record, "a record is read as it was written")
        let values = try planned.moved.map { moved in
            let secret = plan.secrets.first { $0.name == moved.secret }
            return try secret.map { unsafe try $0.value().withUnsafeBytes { unsafe Array($0) } } ?? []
        }
        try hold(try layer.original(current: rewritten, values: values) == content, "undoing restores")
    }

    private static func readSyntax(_ content: [UInt8]) throws {
        let limits = JSONLimits(maxBytes: .max, maxDepth: 90, maxMembers: .max, maxTokens: .max)
        let strict = try? JSONDocument(copying: content.span, limits: limits)
        guard let tree = try? SyntaxTree(content) else {
            try hold(strict == nil, "what is strict JSON is read")
            return
        }
        try hold(tree.printed == content, "what nobody edits is printed as it was read")
        if let strict { try compare(strict.root, tree.root) }
    }

    private static func compare(_ node: JSONNode, _ other: SyntaxNode) throws {
        try hold(node.offset == other.range.lowerBound, "both readers find a value in the same place")
        if node.kind == .string {
            try hold(Array(try node.string(allowingNUL: true).utf8) == other.textBytes, "both read the same text")
        }
        let members = (Array(node.members), other.members)
        try hold(members.0.count == members.1.count, "both find the same members")
        for (member, same) in zip(members.0, members.1) {
            try compare(member.key, same.key)
            try compare(member.value, same.value)
        }
        let elements = (Array(node.elements), other.elements)
        try hold(elements.0.count == elements.1.count, "both find the same elements")
        for (element, same) in zip(elements.0, elements.1) { try compare(element, same) }
    }
}
