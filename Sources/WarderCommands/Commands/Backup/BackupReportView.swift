import FoundationEssentials
import WarderWire

/// A report about a backup, for people and for programs.
struct BackupReportView {
    let report: BackupReport

    /// Findings that people are shown.
    private static let shown = 50

    func show(_ session: Session) throws(CommandFailure) {
        guard session.output.format == .table else {
            let encoder = JSONEncoder()
            guard let data = try? encoder.encode(report) else { throw .malformedAnswer }
            return try session.output.show(Array(data))
        }
        var details = Details()
        let moment = session.moment
        details.add("Vault", report.header.vault)
        details.add("Made", moment.long(report.header.created))
        details.add("Made by", "warderd \(report.program), schema \(report.schema)")
        details.add("Size", ByteCount.text(Int(clamping: report.header.bytes)))
        details.add("Opens with", OpenerOptions.kinds(report.header))
        details.add("Newest event", String(report.newestEvent))
        for (kind, count) in report.records.sorted(by: { $0.key < $1.key }) {
            details.add("Records", "\(count) × \(kind)")
        }
        details.add("Values", String(report.values))
        details.add("Events", String(report.events))
        details.add("Restored to", report.restored)
        details.add("Kept aside", report.kept)
        let isSound = report.verdict == "sound"
        let total = report.counts.values.reduce(0) { $0.addingReportingOverflow($1).partialValue }
        details.add("Result", isSound ? "sound" : "damaged: \(total) findings", isSound ? .good : .bad)
        try session.output.print(details)
        try session.output.printLines(
            report.findings.prefix(Self.shown).map { finding in
                TerminalText.escaped("  \(finding.place): \(finding.message)  [\(finding.kind)]")
            }
        )
    }
}
