import Foundation

/// What one synced append costs on the disk that the vault lies on.
struct SyncFigures: Decodable {
    struct File: Decodable {
        let syncsPerSecond: Double
        let p50: Double
        let p99: Double
        let p999: Double

        enum CodingKeys: String, CodingKey {
            case syncsPerSecond = "syncs_per_second"
            case p50 = "p50_us"
            case p99 = "p99_us"
            case p999 = "p999_us"
        }
    }

    /// The file grows with each append.
    let growing: File
    /// The file was written before, as a bounded write-ahead log was: the least that durability costs.
    let overwritten: File

    /// Bytes of one sealed event.
    static let recordBytes = 512

    static func measure(programs: Programs, scratch: Scratch, seconds: Double) throws -> SyncFigures {
        let output = try ChildProcess.output(
            of: programs.syncMeter,
            [scratch.disk + "/appended", String(recordBytes), String(seconds)]
        )
        return try JSONDecoder().decode(SyncFigures.self, from: output)
    }
}
