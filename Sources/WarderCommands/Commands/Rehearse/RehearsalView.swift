import Reviewing

/// A rehearsal for people: what was tried, a line each.
struct RehearsalView {
    private let record: RehearsalRecord

    init(_ record: RehearsalRecord) { self.record = record }

    func show(in session: Session) throws(CommandFailure) {
        var table = Table([
            .init("STEP", canShrink: false), .init("TRIED", wraps: true), .init("ANSWER", wraps: true),
            .init("EVENT", isNumber: true), .init("RECORD", wraps: true), .init("RESULT", wraps: true),
        ])
        for step in record.steps {
            for (index, attempt) in step.attempts.enumerated() {
                table.add([
                    .init(index == 0 ? step.name : ""), .init(attempt.tried), .init(attempt.answer),
                    .init(attempt.event.map(String.init)), .init(attempt.record),
                    attempt.fault.map { Table.Cell($0, .bad) } ?? Table.Cell("right", .good),
                ])
            }
            if step.attempts.isEmpty {
                table.add([.init(step.name), .init(step.title), "", "", "", Self.result(of: step)])
            }
        }
        try session.output.print(table, ifEmpty: "nothing was played")
    }

    private static func result(of step: RehearsalRecord.Step) -> Table.Cell {
        switch step.outcome {
        case .passed: .init(step.evidence, .good)
        case .failed: .init(step.evidence, .bad)
        case .notEvaluated: .init("not evaluated: \(step.evidence)", .caution)
        }
    }
}
