import Declarations
import WarderCrypto
import WarderModel

/// A plan as people and programs read it.
struct PlanView {
    private let plan: Plan

    init(_ plan: Plan) { self.plan = plan }

    private struct Report: Encodable {
        struct Change: Encodable {
            var number: Int
            var kind: String
            var noun: String
            var name: String
            var details: [String]
            var widens: [String]
        }

        /// Names the plan.
        var plan: String
        var changes: [Change]
    }

    /// SHA-256 of all that would be sent, the state that it was planned against included.
    func digest() throws(CommandFailure) -> String {
        Hex.encode(SHA256Digest.hash(try JSONBody.bytes(plan.request)))
    }

    /// Tables for people, what goes in one of its own.
    func show(_ session: Session) throws(CommandFailure) {
        let report = Report(
            plan: try digest(),
            changes: lines.map { number, change in
                Report.Change(
                    number: number,
                    kind: change.kind.rawValue,
                    noun: change.subject.noun,
                    name: change.subject.name,
                    details: change.details,
                    widens: change.widens
                )
            }
        )
        try session.output.show(report: report) { () throws(CommandFailure) in
            guard !plan.changes.isEmpty else {
                return session.console.message("nothing to change: the vault is as the file says")
            }
            let removals = lines.filter { $0.change.kind == .remove }
            let others = lines.filter { $0.change.kind != .remove }
            if !others.isEmpty { try session.output.print(table(others), ifEmpty: "") }
            if !removals.isEmpty {
                if !others.isEmpty { try session.console.print("") }
                try session.console.print("Removed, because the file does not have them:")
                try session.output.print(table(removals), ifEmpty: "")
            }
            if plan.changes.contains(where: { !$0.widens.isEmpty }) {
                session.console.message("lines marked with ! let more through than before")
            }
        }
    }

    /// `makes 3 additions and 1 removal`.
    var deeds: String { "makes \(words(["addition", "change", "removal"]))" }

    /// `3 added, 1 removed`.
    var counts: String {
        zip(numbers, ["added", "changed", "removed"]).filter { $0.0 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
    }

    private func words(_ nouns: [String]) -> String {
        zip(numbers, nouns).filter { $0.0 > 0 }.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }

    private var numbers: [Int] { [plan.count(.add), plan.count(.change), plan.count(.remove)] }

    /// Numbered as the vault counts them when it refuses one.
    private var lines: [(number: Int, change: Plan.Change)] {
        plan.changes.enumerated().map { (number: $0.offset + 1, change: $0.element) }
    }

    private func table(_ lines: [(number: Int, change: Plan.Change)]) -> Table {
        var table = Table([
            .init("NO", isNumber: true), .init("", canShrink: false), .init("WHAT", canShrink: false),
            .init("NAME", canShrink: false), .init("HOW", wraps: true),
        ])
        for (number, change) in lines {
            let widens = change.widens.map { "! \($0)" }
            let isWider = !change.widens.isEmpty
            table.add([
                .init(String(number)), .init(change.kind.sign, change.kind.style), .init(change.subject.noun),
                .init(change.subject.name),
                .init((widens + change.details).joined(separator: "; "), isWider ? .caution : nil),
            ])
        }
        return table
    }
}

extension Plan.Kind {
    fileprivate var sign: String {
        switch self {
        case .add: "+"
        case .change: "~"
        case .remove: "-"
        }
    }

    fileprivate var style: Style {
        switch self {
        case .add: .good
        case .change: .caution
        case .remove: .bad
        }
    }
}
