import Foundation

/// Everything that a run found.
struct Report {
    let machine: Machine
    let rounds: Int
    let seconds: Double
    let eventLoops: Int
    private(set) var results: [Summary] = []
    private(set) var ratios: [RatioSummary] = []
    var governance: GovernanceFigures?
    var clients: ClientFigures?
    var footprint: Footprint?
    var append: AppendFigures?
    var schedules: ScheduleFigures?
    var inventory: [InventoryFigures] = []
    /// Documents that `inventory` has no figures of.
    var missingDocuments: [String] = []

    /// What was measured in rounds, and the ratios that it has all of.
    mutating func add(_ samples: Samples) {
        results += samples.summaries()
        ratios += Ratio.all.compactMap { $0.summary(samples) }
    }

    private struct Document: Encodable {
        let machine: Machine
        let rounds: Int
        let seconds: Double
        let event_loops: Int
        let results: [Summary]
        let ratios: [String: Double]
        let governance: GovernanceFigures?
        let clients: ClientFigures?
        let footprint: Footprint?
        let append: AppendFigures?
        let schedules: ScheduleFigures?
        let inventory: [InventoryFigures]
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(
            Document(
                machine: machine,
                rounds: rounds,
                seconds: seconds,
                event_loops: eventLoops,
                results: results,
                ratios: Dictionary(uniqueKeysWithValues: ratios.map { ($0.ratio.name, $0.median) })
                    .merging(footprint.map { ["resolve_p99_during_backup_16": $0.backup.slowdown] } ?? [:]) { $1 }
                    .merging(append?.ratios ?? [:]) { $1 }
                    .merging(schedules?.ratios ?? [:]) { $1 }
                    .merging(inventory.flatMap(\.ratios)) { $1 },
                governance: governance,
                clients: clients,
                footprint: footprint,
                append: append,
                schedules: schedules,
                inventory: inventory
            )
        )
    }
}
