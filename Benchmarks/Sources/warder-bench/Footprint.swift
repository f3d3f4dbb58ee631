/// What a large vault takes up, and how long it takes to be ready.
struct Footprint: Encodable {
    let secrets: Int
    let events: Int
    let databaseBytes: Int
    /// Seconds from the start of the process until its operator socket answers.
    let startSeconds: Double
    /// Seconds of the unseal request, Argon2id included.
    let unsealSeconds: Double
    let argon2Seconds: Double
    /// Start and unseal together, without what Argon2id takes by intent.
    let readySeconds: Double
    /// Resident bytes right after unsealing, and after load from 64 connections.
    let residentAfterUnseal: Int
    let residentAfterLoad: Int
    let residentPeak: Int
    let backup: BackupFigures
    let log: LogFigures

    static let residentTarget = 150 * 1_000_000
    static let readyTarget = 1.0

    enum CodingKeys: String, CodingKey {
        case secrets, events, backup, log
        case databaseBytes = "database_bytes"
        case startSeconds = "start_seconds"
        case unsealSeconds = "unseal_seconds"
        case argon2Seconds = "argon2_seconds"
        case readySeconds = "ready_seconds"
        case residentAfterUnseal = "resident_after_unseal_bytes"
        case residentAfterLoad = "resident_after_load_bytes"
        case residentPeak = "resident_peak_bytes"
    }
}
