package import WarderModel

/// Why a request for a value would be let through now, or would not: every rule that it meets, in the order in which
/// they are asked.
package struct Explanation: Sendable {
    /// The request that is thought of: one for a token and a value at once, without arguments, by a process of the
    /// tool's server that presents the accepted definition.
    package struct Question: Sendable {
        package let tool: ToolID
        package let secret: SecretName
        /// Empty for what the grant gives.
        package let fields: [FieldName]

        package init(tool: ToolID, secret: SecretName, fields: [FieldName]) {
            self.tool = tool
            self.secret = secret
            self.fields = fields
        }
    }

    /// In the order in which a request meets them.
    package enum Rule: String, CaseIterable, Sendable {
        /// The vault is no unreviewed copy of a backup.
        case vault
        /// The server has something left of its limit.
        case limit
        /// The process speaks for a registered server.
        case server
        case quarantine
        /// What a server needs just to run is for its launcher.
        case launch
        case tool
        /// The definition is the accepted one.
        case definition
        case grant
        /// The grant has not ended.
        case expiry
        /// The kernel confirms as much of the process as the grant demands.
        case attestation
        /// The grant gives the fields.
        case fields
        case secret
        /// There is a version that requests get.
        case version
        /// Nobody has to be asked, or they have said yes.
        case approval
        /// The version has the fields.
        case content
    }

    package enum Outcome: Sendable, Equatable {
        case passes
        /// It passes if the request comes as the fact says, which nobody can know before.
        case depends
        case refuses(Refusal)
        /// People would be asked.
        case waits
        /// It goes by something that is missing.
        case unknown

        /// Whether a request ends here.
        var isEnd: Bool {
            switch self {
            case .passes, .depends, .unknown: false
            case .refuses, .waits: true
            }
        }
    }

    package struct Step: Sendable {
        package let rule: Rule
        package let outcome: Outcome
        /// For people: what the rule goes by.
        package let fact: String
        /// The command that mends it, spelled as a diagnosis spells it; where a request ends here.
        package let remedy: String?
    }

    /// What a token could do under the grant.
    package struct Bounds: Sendable, Equatable {
        /// Seconds.
        package let lifetime: Int64
        /// `nil` without limit.
        package let uses: Int64?
        package let fields: [FieldName]
        /// When the grant ends.
        package let ends: Timestamp?
    }

    package let question: Question
    package let steps: [Step]
    /// Of a request that ends nowhere.
    package let bounds: Bounds?

    /// Where the request ends.
    package var decisive: Step? { steps.first { $0.outcome.isEnd } }
    /// Everything that stands in its way, in the order in which it would be met.
    package var missing: [Step] { steps.filter(\.outcome.isEnd) }

    /// Commands that let the request through, in an order in which they can be run: what a grant is of comes before it.
    package var remedies: [String] {
        let isLate: (Step) -> Bool = { [.grant, .expiry, .attestation, .fields, .approval].contains($0.rule) }
        let texts = (missing.filter { !isLate($0) } + missing.filter(isLate)).compactMap(\.remedy)
        // One command mends all that is wrong with a grant.
        return texts.enumerated().filter { !texts[..<$0.offset].contains($0.element) }.map(\.element)
    }

    /// `allowed`, `waits` or `refused`.
    package var verdict: String {
        switch decisive?.outcome {
        case nil: "allowed"
        case .waits: "waits"
        default: "refused"
        }
    }

    /// What the request would be refused for; `approvalPending` where people are asked.
    package var refusal: Refusal? {
        switch decisive?.outcome {
        case .refuses(let refusal): refusal
        case .waits: .approvalPending
        case nil, .passes, .depends, .unknown: nil
        }
    }
}
