import ArgumentParser
import Foundation

/// Measures the vault against what it cannot be faster than, and says how far away it is.
@main
struct WarderBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warder-bench",
        abstract: "Measures a release build of the vault; prints a table and writes JSON.",
        discussion: """
            Nothing here passes or fails by a time: figures of one machine say little about another's. Compare ratios, which are \
            taken within each round.
            """
    )

    @Option(help: "The daemon, a release build.")
    var warderd: String

    @Option(help: "The directory of the programs that are built with the vault's own modules.")
    var meters: String

    @Option(help: "Where to write the figures as JSON.")
    var output: String

    @Option(help: "A directory on the disk to measure; the vault's database lies in it for as long as this runs.")
    var disk: String

    @Option(help: "Rounds; every figure is the median over them.")
    var rounds = 5

    @Option(help: "Seconds for each measurement of a round.")
    var seconds = 2.0

    @Option(help: "Threads of the daemon that serve connections.")
    var eventLoops = 1

    @Flag(inversion: .prefixedNo, help: "Measure throughput and latency.")
    var speed = true

    @Flag(inversion: .prefixedNo, help: "Measure memory and start with many secrets and a long log.")
    var large = true

    @Flag(inversion: .prefixedNo, help: "Measure many schedules: at rest, and overdue at a start.")
    var schedules = true

    @Flag(inversion: .prefixedNo, help: "Measure imports of tools.")
    var inventory = true

    @Flag(inversion: .prefixedNo, help: "Measure what the clients and the proxy add.")
    var clients = true

    @Flag(inversion: .prefixedNo, help: "Measure what limits, alerts and approvals cost a token request.")
    var governance = true

    @Option(help: "Secrets that are rotated on schedules.")
    var scheduled = 10_000

    @Option(help: "Secrets in the large vault.")
    var secrets = 10_000

    @Option(help: "Events in the large vault's log.")
    var events = 1_000_000

    func validate() throws {
        guard rounds >= 1, seconds > 0, secrets >= 1, events >= 1, scheduled >= 1 else {
            throw ValidationError("Numbers must be positive.")
        }
    }

    mutating func run() async throws {
        let scratch = try Scratch(on: disk)
        let interruptions = scratch.cleaningUpOnSignals()
        defer { withExtendedLifetime(interruptions) { scratch.cleanUp() } }
        let programs = try Programs(warderd: warderd, meters: meters)
        let machine = try Machine(disk: scratch.disk)

        var report = Report(machine: machine, rounds: rounds, seconds: seconds, eventLoops: eventLoops)
        // Minutes of figures are not lost with a later part.
        var failure: (any Error)?
        do { try await measure(programs, scratch, into: &report) } catch { failure = error }
        print(report.table)
        try report.json().write(to: URL(fileURLWithPath: output), options: .atomic)
        if let failure { throw failure }
    }

    private func measure(_ programs: Programs, _ scratch: Scratch, into report: inout Report) async throws {
        if speed {
            let samples = try await SpeedRun(
                programs: programs,
                scratch: scratch,
                rounds: rounds,
                seconds: seconds,
                eventLoops: eventLoops
            ).run()
            report.add(samples)
        }
        if governance {
            let found = try await GovernanceRun(
                programs: programs,
                scratch: scratch,
                rounds: rounds,
                seconds: seconds,
                eventLoops: eventLoops
            ).run()
            report.add(found.samples)
            report.governance = found.figures
        }
        if clients {
            report.clients = try await ClientRun(programs: programs, scratch: scratch, eventLoops: eventLoops).run()
        }
        if large {
            report.append = try AppendFigures.measure(programs: programs, scratch: scratch, events: events)
            report.footprint = try await FootprintRun(
                programs: programs,
                scratch: scratch,
                secrets: secrets,
                events: events,
                eventLoops: eventLoops
            ).run()
        }
        if schedules {
            report.schedules = try await ScheduleRun(
                programs: programs,
                scratch: scratch,
                schedules: scheduled,
                eventLoops: eventLoops
            ).run()
        }
        if inventory {
            var run = InventoryRun(programs: programs, scratch: scratch, rounds: rounds, eventLoops: eventLoops)
            report.inventory = try await run.run()
            report.missingDocuments = run.missing
        }
    }
}
