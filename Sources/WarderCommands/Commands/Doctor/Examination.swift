import WarderConfiguration
import WarderLinux
import WarderModel
import WarderWire

/// What `doctor` found: from here, then from the vault itself.
struct Examination {
    private static let ranks = ["error": 0, "warning": 1]

    /// Worst first.
    let findings: [Findings.Finding]
    /// What could not be looked at, and why.
    let remarks: [String]

    init(_ session: Session) throws(CommandFailure) {
        let configured = try session.places()
        let places = configured.places
        var found =
            FileChecks(places: places, environment: session.context.environment, fault: configured.fault).findings
        var remarks: [String] = []
        let socketFindings = SocketCheck(path: places.operatorSocket).findings
        found += socketFindings
        if socketFindings.isEmpty {
            let vault = try session.vault()
            do throws(CommandFailure) {
                let status = try vault.ask(VaultRequest("GET", "/v1/sys/status"), for: VaultStatus.self).value
                found +=
                    DaemonCheck(
                        status: status,
                        commandVersion: Release.version,
                        lockedBytesWanted: configured.configuration?.memory.lockedLimit
                    ).findings
                if status.state == "unsealed" {
                    let own = try vault.ask(VaultRequest("GET", "/v1/sys/findings"), for: Findings.self).value.findings
                    let codes = Set(own.map(\.code))
                    found = found.filter { !codes.contains($0.code) } + own
                } else {
                    remarks.append("The vault can look at servers, grants and secrets only when it is open.")
                }
            } catch {
                if error.status == .denied {
                    // The daemon is well, and this person has no role: files, socket and daemon can be judged all the
                    // same.
                    remarks.append("The vault's own findings are for its operators: \(error.message).")
                    remarks += error.hints
                } else {
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
        }
        findings = found.enumerated().sorted { left, right in
            (Self.rank(left.element), left.offset) < (Self.rank(right.element), right.offset)
        }.map(\.element)
        self.remarks = remarks
    }

    private static func rank(_ finding: Findings.Finding) -> Int { ranks[finding.severity] ?? 2 }
}
