import HashTreeCollections
import WarderModel

/// Goes through the rules that a request meets. It asks the same functions that decide about requests (`Tokens`,
/// `Secrets`, `Clearance`), and goes on after a no.
struct ExplanationWalk {
    typealias Step = Explanation.Step

    /// What a rule came to where it does not say no.
    struct Pass {
        let outcome: Explanation.Outcome
        let fact: String

        static func yes(_ fact: String) -> Pass { Pass(outcome: .passes, fact: fact) }
        static func provided(_ fact: String) -> Pass { Pass(outcome: .depends, fact: fact) }
    }

    /// Why a rule says no, and what mends it.
    struct Fault {
        let fact: String
        let remedy: String
    }

    let question: Explanation.Question
    let state: VaultState
    let rates: RateLedger
    let now: Moment
    /// Who would have to ask.
    let peer: Peer

    init(_ question: Explanation.Question, in state: VaultState, rates: RateLedger, at now: Moment) {
        self.question = question
        self.state = state
        self.rates = rates
        self.now = now
        peer = .imagined(as: state.servers[question.tool.server], asking: question.tool.tool)
    }

    func explanation() -> Explanation {
        var steps: [Step] = []
        release(&steps)
        limit(&steps)
        let server = server(&steps)
        quarantine(of: server, &steps)
        launch(of: server, &steps)
        let tool = tool(&steps)
        definition(of: tool, &steps)
        let grant = state.grants[GrantKey(tool: question.tool, secret: question.secret)]
        let fields = fields(grant)
        check(grant, fields, &steps)
        expiry(of: grant, fields, &steps)
        attestation(under: grant, fields, &steps)
        check(fields, under: grant, &steps)
        let secret = secret(&steps, fields)
        let version = version(of: secret, &steps, fields)
        // Without a grant, people are asked as under the one that the remedy makes.
        let clearance = approval(of: tool, under: grant ?? smallestGrant(for: fields), fields, &steps)
        content(of: version, fields, &steps)
        let isAllowed = !steps.contains { $0.outcome.isEnd }
        let bounds = bounds(of: tool, under: grant, isOneCall: clearance?.isOneCall ?? false)
        return Explanation(question: question, steps: steps, bounds: isAllowed ? bounds : nil)
    }

    // MARK: Asking

    /// Asks a rule, and takes down what it said.
    func ask<Found>(
        _ rule: Explanation.Rule,
        _ steps: inout [Step],
        _ check: () throws(Refusal) -> Found,
        passes: (Found) -> Pass,
        fails: (Refusal) -> Fault
    ) -> Found? {
        do throws(Refusal) {
            let found = try check()
            let pass = passes(found)
            steps.append(Step(rule: rule, outcome: pass.outcome, fact: pass.fact, remedy: nil))
            return found
        } catch {
            let fault = fails(error)
            steps.append(Step(rule: rule, outcome: .refuses(error), fact: fault.fact, remedy: fault.remedy))
            return nil
        }
    }

    /// Takes down that a rule goes by what is missing.
    func skip(_ rule: Explanation.Rule, _ fact: String, _ steps: inout [Step]) {
        steps.append(Step(rule: rule, outcome: .unknown, fact: fact, remedy: nil))
    }

    // MARK: What comes of it

    /// Those that are asked for. Where none is named: what the grant gives of what there is; without a grant `value`, or
    /// all that there are.
    private func fields(_ grant: Grant?) -> [FieldName] {
        guard question.fields.isEmpty else { return question.fields }
        let there = state.secrets[question.secret]?.current?.fields ?? []
        guard let grant else { return there.isEmpty || there.contains(.value) ? [.value] : there }
        let given = grant.fields.filter(there.contains)
        return given.isEmpty ? grant.fields : given
    }

    private func bounds(of tool: Tool?, under grant: Grant?, isOneCall: Bool) -> Explanation.Bounds? {
        guard let tool, let grant else { return nil }
        return Explanation.Bounds(
            lifetime: grant.lifetime,
            uses: isOneCall ? 1 : grant.allowedUses(by: tool.risk),
            fields: grant.fields,
            ends: grant.expires
        )
    }
}
