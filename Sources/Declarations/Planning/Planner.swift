import Alerting
package import WarderModel
import WarderWire

/// Holds a file against a vault.
package struct Planner {
    let wanted: Declaration
    let standing: Standing
    /// Whether what the file does not have goes.
    private let prunes: Bool
    /// Why classes change and definitions are accepted, where the file does not say.
    let reason: PlainText?
    private let places: [Declaration.Subject: DeclarationFault.Place]
    private var changes: [Plan.Change] = []
    private var faults: [DeclarationFault] = []

    /// The plan. What is right in a file may still not be possible in this vault.
    ///
    /// - Throws: everything that is not possible.
    package static func plan(
        _ file: DeclarationReader,
        against standing: Standing,
        prunes: Bool,
        reason: PlainText? = nil
    ) throws(DeclarationFaults) -> Plan {
        var planner = Planner(file, standing, prunes, reason)
        planner.compare()
        guard planner.faults.isEmpty else {
            throw DeclarationFaults(Array(planner.faults.prefix(DeclarationReader.mostFaults)))
        }
        return Plan(changes: planner.changes, mark: standing.mark)
    }

    private init(_ file: DeclarationReader, _ standing: Standing, _ prunes: Bool, _ reason: PlainText?) {
        wanted = file.declaration
        places = file.places
        self.standing = standing
        self.prunes = prunes
        self.reason = reason
    }

    var present: Declaration { standing.declaration }

    /// In the order in which the vault can do it: what is named before what names it, and the other way round where it
    /// goes.
    private mutating func compare() {
        for (name, terms) in wanted.servers.sorted(by: { $0.key < $1.key }) { compare(name, terms) }
        for (name, terms) in wanted.tools.sorted(by: { $0.key < $1.key }) { compare(name, terms) }
        for (place, terms) in wanted.grants.sorted(by: { $0.key < $1.key }) { compare(place, terms) }
        for (secret, terms) in wanted.rotations.sorted(by: { $0.key < $1.key }) { compare(secret, terms) }
        for (scope, setting) in wanted.limits.sorted(by: { $0.key < $1.key }) { compare(scope, setting) }
        for (scope, terms) in wanted.approvals.sorted(by: { $0.key < $1.key }) { compare(scope, terms) }
        for (rule, settings) in wanted.alerts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            compare(rule, settings)
        }
        if prunes { prune() }
    }

    // MARK: What the parts note

    mutating func add(
        _ subject: Declaration.Subject,
        _ kind: Plan.Kind,
        _ notes: ChangeNotes,
        _ fill: (inout InventoryChange) -> Void
    ) {
        var request = InventoryChange()
        fill(&request)
        changes.append(
            Plan.Change(subject: subject, kind: kind, details: notes.details, widens: notes.widens, request: request)
        )
    }

    mutating func fault(_ subject: Declaration.Subject, _ problem: String, _ remedy: String) {
        faults.append(DeclarationFault(places[subject], "\(subject.noun) \(subject.name): \(problem)", remedy))
    }

    /// Says so where there is no such secret.
    mutating func requireSecret(_ secret: SecretName, for subject: Declaration.Subject) {
        guard standing.secrets[secret] == nil else { return }
        let meant = Suggestion.nearest(to: secret.text, among: standing.secrets.keys.map(\.text).sorted())
        fault(
            subject,
            "the vault has no secret \(secret.text)",
            meant.map { "did you mean \($0)?" } ?? "store it first: warder secret put \(secret.text)"
        )
    }
}
