import Foundation

/// What it costs the store to append an event: microseconds of processor time, one figure for each round.
struct AppendFigures: Codable {
    /// At 1,000 events.
    let short: [Double]
    /// At the end of a long log.
    let long: [Double]
    /// At 1,000 events, without the log's tree.
    let bare: [Double]

    private static let rounds = 15

    static func measure(programs: Programs, scratch: Scratch, events: Int) throws -> AppendFigures {
        Progress.show("appending to a log of \(events) events")
        defer { Progress.end() }
        let directory = scratch.disk + "/appending"
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let output = try ChildProcess.output(of: programs.logMeter, [directory, String(events), String(rounds)])
        try FileManager.default.removeItem(atPath: directory)
        return try JSONDecoder().decode(AppendFigures.self, from: output)
    }

    /// How much more it costs at the end of a long log.
    var growth: Double { zip(long, short).map { $0 / $1 }.median }
    /// How much more it costs with the tree. A request does much else, so that it loses less.
    var treeShare: Double { zip(short, bare).map { $0 / $1 }.median }

    static let growthTarget = 1.1
    static let treeTarget = 1.1

    var ratios: [String: Double] { ["append_long_vs_short": growth, "append_tree_vs_none": treeShare] }
}
