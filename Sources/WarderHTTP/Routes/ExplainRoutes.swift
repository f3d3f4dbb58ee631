import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// What would become of a request.
extension RouteTable {
    static let explanations: [Route] = [
        Route(.GET, "/v1/explain", action: .reportRead, query: ["tool", "secret", "fields"]) {
            exchange throws(Problem) in
            let target = exchange.target
            guard let tool = try target.parameter("tool"), let secret = try target.parameter("secret") else {
                throw .invalid("Name a tool and a secret: tool=SERVER/TOOL&secret=NAME.")
            }
            let fields = try target.parameter("fields").map { text throws(Problem) in
                try WantedFields(field: nil, fields: text.split(separator: ",", omittingEmptySubsequences: false)).names
            }
            let question = Explanation.Question(
                tool: try Exchange.parse(tool, what: "The tool"),
                secret: try Exchange.parse(secret, what: "The secret"),
                fields: fields ?? []
            )
            return exchange.ask(Explanations.explain(question, by: exchange.caller)) { .json(RequestExplanation($0)) }
        }
    ]
}

extension RequestExplanation {
    init(_ explanation: Explanation) {
        self.init(
            tool: explanation.question.tool.text,
            secret: explanation.question.secret.text,
            verdict: explanation.verdict,
            decidedBy: explanation.decisive?.rule.rawValue,
            reason: explanation.refusal?.rawValue,
            rules: explanation.steps.map(Step.init),
            remedies: explanation.remedies,
            bounds: explanation.bounds.map(Bounds.init)
        )
    }
}

extension RequestExplanation.Step {
    fileprivate init(_ step: Explanation.Step) {
        var reason: String?
        if case .refuses(let refusal) = step.outcome { reason = refusal.rawValue }
        self.init(
            rule: step.rule.rawValue,
            outcome: step.outcome.word,
            reason: reason,
            fact: step.fact,
            remedy: step.remedy
        )
    }
}

extension RequestExplanation.Bounds {
    fileprivate init(_ bounds: Explanation.Bounds) {
        self.init(
            ttl: bounds.lifetime,
            uses: bounds.uses,
            fields: bounds.fields.map(\.text),
            expires: bounds.ends?.description
        )
    }
}

extension Explanation.Outcome {
    fileprivate var word: String {
        switch self {
        case .passes: "passes"
        case .depends: "depends"
        case .refuses: "refuses"
        case .waits: "waits"
        case .unknown: "unknown"
        }
    }
}
