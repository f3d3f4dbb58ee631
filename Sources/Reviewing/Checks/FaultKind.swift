/// Everything that a review finds fault with. Each loses points, and names what wins them back.
///
/// A test brings each about in a real vault or document, does what the finding says, and sees the points return:
/// `LostPointTests`, which fails where one has no such story. docs/formats/report.md lists them.
package enum FaultKind: String, CaseIterable, Codable, Sendable {
    // What tools are.
    case ownerlessTool = "ownerless-tool"
    case unstatedPermissions = "unstated-permissions"
    case unstatedScopes = "unstated-scopes"
    case unstatedOutputs = "unstated-outputs"
    case undescribedAnswer = "undescribed-answer"
    case unpinned
    case unread
    case loweredClass = "lowered-class"
    case changed
    case unpresented
    case gone
    case broadCredential = "broad-credential"
    case broadPermission = "broad-permission"

    // Who asks.
    case knownByUser = "known-by-user"
    case knownByGroup = "known-by-group"
    case overlap
    case sharedUser = "shared-user"
    case noPassphrase = "no-passphrase"

    // Who is asked.
    case waived
    case overruled
    case weakRule = "weak-rule"
    case unasked
    case noApprover = "no-approver"
    case unreviewed
    case standingYes = "standing-yes"

    // What can be said afterwards.
    case unrecorded
    case untraced
    case brokenLog = "broken-log"
    case unsignedLog = "unsigned-log"
    case innerCheckpoints = "inner-checkpoints"
    case innerEvents = "inner-events"
    case stuckCopy = "stuck-copy"
    case contradictedLog = "contradicted-log"
    case noRetention = "no-retention"
    case noIncidentOwner = "no-incident-owner"
    case noEscalation = "no-escalation"

    // How far it goes.
    case broadGrant = "broad-grant"
    case unusedGrant = "unused-grant"
    case weakAttestation = "weak-attestation"
    case noLimit = "no-limit"
    case looseLimit = "loose-limit"
    case ruleOff = "rule-off"
    case muted
    case nobodyTold = "nobody-told"
    case openAlerts = "open-alerts"

    // How credentials are kept.
    case oldValue = "old-value"
    case oldRotatedValue = "old-rotated-value"
    case unscheduled
    case paused
    case expired
    case expiredRotated = "expired-rotated"
    case ownerlessSecret = "ownerless-secret"
    case sharedSecret = "shared-secret"
    case oneKey = "one-key"
    case noBackup = "no-backup"
    case oldBackup = "old-backup"
}
