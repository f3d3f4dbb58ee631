/// One idea to hold against bytes that anybody may have written.
struct Harness: Sendable {
    /// As it is chosen, and as its folder in Tests/Corpora is called.
    let name: String
    /// Throws for what does not hold: libFuzzer keeps the input as a finding.
    let check: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, _ check: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.check = check
    }

    static let all: [Harness] = [
        .json, .body, .target, .head, .token, .share, .sealed, .backup, .record, .configuration, .name, .process,
        .answer, .client, .output, .transparency, .schedule, .imports, .declaration,
        .openAPI, .tools, .relay, .proxy, .hook, .kernel, .report, .webhook, .session, .job, .export, .kept, .typed,
        .address, .remote, .database,
    ]
}

/// A property that does not hold.
struct Broken: Error {
    let property: String
}

/// - Throws: ``Broken`` unless `condition` holds.
func hold(_ condition: Bool, _ property: String) throws(Broken) {
    guard condition else { throw Broken(property: property) }
}
