import WarderLinux
import WarderWire

/// What `doctor` found: from here, then from the vault itself.
struct Examination {
    private static let ranks = ["error": 0, "warning": 1]

    /// Worst first.
    let findings: [Findings.Finding]
    /// What could not be looked at, and why.
    let remarks: [String]

    init(_ session: Session) throws(CommandFailure) {
        let places = try session.places()
        var found = FileChecks(places: places, environment: session.context.environment).findings
        var remarks: [String] = []
        let socketFindings = SocketCheck(path: places.operatorSocket).findings
        found += socketFindings
        if socketFindings.isEmpty {
            let vault = try session.vault()
            do throws(CommandFailure) {
                let status = try vault.ask(VaultRequest("GET", "/v1/sys/status"), for: VaultStatus.self).value
                found += DaemonCheck(status: status, commandVersion: Program.version).findings
                if status.state == "unsealed" {
                    let own = try vault.ask(VaultRequest("GET", "/v1/sys/findings"), for: Findings.self).value.findings
                    let codes = Set(own.map(\.code))
                    found = found.filter { !codes.contains($0.code) } + own
                } else {
                    remarks.append("The vault can look at servers, grants and secrets only when it is open.")
                }
            } catch {
                found.append(
                    Findings.Finding(
                        severity: "error",
                        code: "daemon_failed",
                        message: error.message,
                        remedy: error.hints.first ?? "journalctl -u warderd"
                    )
                )
            }
        }
        findings = found.enumerated().sorted { left, right in
            (Self.rank(left.element), left.offset) < (Self.rank(right.element), right.offset)
        }.map(\.element)
        self.remarks = remarks
    }

    private static func rank(_ finding: Findings.Finding) -> Int { ranks[finding.severity] ?? 2 }
}
